// Products of a large matrix X with thin ones, and coordinate descent for X ≈ U·H on top of them, in float32 or float64.
//
// X and H (k × cols) are row-major with rows padded by zeros to a multiple of 4 values; `stride` is the length of such a row
// in bytes. U (rows × k) lies in blocks of 4 rows, component by component: 4 values of the first component, then 4 of the
// second. So vectors run along the columns of X and H and along the rows of U, and no width of k leaves lanes idle.

import { accumulateBlock, addProduct, multiplyBlock, quad, splatAt } from './block-products';

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

// @ts-expect-error: decorator
@inline
function sumOf<T extends number>(v: v128): T {
  if (sizeof<T>() == 4)
    return (f32x4.extract_lane(v, 0) +
      f32x4.extract_lane(v, 1) +
      (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))) as T;
  return (f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1)) as T;
}

/**
 * Inner products of k components, k × k at `out`. Component t of the line of vectors at `from` begins `step`·t bytes on;
 * a line is `run` bytes long, lines are `pitch` bytes apart, and there are `lines` of them.
 */
function gram<T extends number>(
  from: usize,
  step: usize,
  run: usize,
  pitch: usize,
  lines: usize,
  k: i32,
  out: usize,
): void {
  const size = sizeof<T>();
  for (let s = 0; s < k; s++)
    for (let t = s; t < k; t++) {
      let sum = v128.splat<T>(0 as T);
      let a = from + step * <usize>s;
      const other = step * <usize>(t - s);
      for (let line: usize = 0; line < lines; line++, a += pitch)
        for (let at = a; at < a + run; at += 16) sum = addProduct<T>(sum, v128.load(at), v128.load(at + other));
      const value = sumOf<T>(sum);
      store<T>(out + size * <usize>(s * k + t), value);
      store<T>(out + size * <usize>(t * k + s), value);
    }
}

/**
 * Each coordinate of a vector's worth of lines to its minimum, component by component: factor and products have component t
 * `step`·t bytes on. Returns the absolute projected gradients, one sum a lane.
 */
// @ts-expect-error: decorator
@inline
function sweep<T extends number>(factor: usize, products: usize, step: usize, gram: usize, k: i32): v128 {
  const zero = v128.splat<T>(0 as T);
  const size = sizeof<T>();
  let violation = zero;
  for (let t = 0; t < k; t++) {
    const row = gram + size * <usize>(t * k);
    const at = factor + step * <usize>t;
    let gradient = v128.neg<T>(v128.load(products + step * <usize>t));
    for (let r = 0, from = factor, g = row; r < k; r++, from += step, g += size)
      gradient = addProduct<T>(gradient, v128.load(from), splatAt<T>(g));
    const value = v128.load(at);
    const projected = v128.bitselect(v128.pmin<T>(gradient, zero), gradient, v128.eq<T>(value, zero));
    violation = v128.add<T>(violation, v128.abs<T>(projected));
    const curvature = load<T>(row + size * <usize>t);
    if (curvature != (0 as T))
      v128.store(at, v128.pmax<T>(v128.sub<T>(value, v128.div<T>(gradient, v128.splat<T>(curvature))), zero));
  }
  return violation;
}

// @ts-expect-error: decorator
@inline
function iterate<T extends number>(
  x: usize,
  u: usize,
  h: usize,
  transposed: usize,
  scratch: usize,
  blocks: usize,
  stride: usize,
  k: i32,
): f64 {
  const blockBytes = quad<T>() * <usize>k;
  const products = scratch;
  const grams = scratch + blockBytes;
  let violation: f64 = 0;
  gram<T>(h, stride, stride, 0, 1, k, grams);
  memory.fill(transposed, 0, stride * <usize>k);
  for (let b: usize = 0, block = u; b < blocks; b++, block += blockBytes, x += stride << 2) {
    multiplyBlock<T>(x, h, products, stride, k);
    for (let lane: usize = 0; lane < quad<T>(); lane += 16)
      violation += <f64>sumOf<T>(sweep<T>(block + lane, products + lane, quad<T>(), grams, k));
    accumulateBlock<T>(x, block, transposed, stride, k);
  }
  gram<T>(u, quad<T>(), quad<T>(), blockBytes, blocks, k, grams);
  for (let at: usize = 0; at < stride; at += 16)
    violation += <f64>sumOf<T>(sweep<T>(h + at, transposed + at, stride, grams, k));
  return violation;
}

/** One iteration in float32; `scratch` has room for 4k + k² values. Returns the sum of absolute projected gradients. */
export function iterate32(
  x: usize,
  u: usize,
  h: usize,
  transposed: usize,
  scratch: usize,
  blocks: usize,
  stride: usize,
  k: i32,
): f64 {
  return iterate<f32>(x, u, h, transposed, scratch, blocks, stride, k);
}

/** {@link iterate32} in float64. */
export function iterate64(
  x: usize,
  u: usize,
  h: usize,
  transposed: usize,
  scratch: usize,
  blocks: usize,
  stride: usize,
  k: i32,
): f64 {
  return iterate<f64>(x, u, h, transposed, scratch, blocks, stride, k);
}

/** X·Hᵀ in float64, into blocks of 4 rows at `out`. */
export function multiply(x: usize, h: usize, out: usize, blocks: usize, stride: usize, k: i32): void {
  for (let b: usize = 0; b < blocks; b++, x += stride << 2, out += (<usize>k) << 5)
    multiplyBlock<f64>(x, h, out, stride, k);
}

/** Uᵀ·X in float64, k rows at `out`, of blocks of 4 rows at `u`. */
export function multiplyTransposed(x: usize, u: usize, out: usize, blocks: usize, stride: usize, k: i32): void {
  memory.fill(out, 0, stride * <usize>k);
  for (let b: usize = 0; b < blocks; b++, x += stride << 2, u += (<usize>k) << 5)
    accumulateBlock<f64>(x, u, out, stride, k);
}
