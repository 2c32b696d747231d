// Products of a large matrix X with thin ones, and coordinate descent for X ≈ U·H on top of them, in float32 or float64.
//
// X and H (k × cols) are row-major with rows padded by zeros to a multiple of 4 values; `stride` is the length of such a row
// in bytes. U (rows × k) lies in blocks of 4 rows, component by component: 4 values of the first component, then 4 of the
// second. So vectors run along the columns of X and H and along the rows of U, and no width of k leaves lanes idle.

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

/** Bytes of one component of a block of 4 rows. */
@inline function quad<T extends number>(): usize {
  return sizeof<T>() << 2;
}

@inline function splatAt<T extends number>(at: usize): v128 {
  return v128.load_splat<T>(at);
}

@inline function addProduct<T extends number>(sum: v128, a: v128, b: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(a, b));
}

/** The sum of the lanes of each of four vectors, as 4 values at `to`. */
@inline function storeSums<T extends number>(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  if (sizeof<T>() == 4) {
    const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
    const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
    v128.store(to, f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7)));
  } else {
    v128.store(to, f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3)));
    v128.store(to + 16, f64x2.add(v128.shuffle<f64>(c, d, 0, 2), v128.shuffle<f64>(c, d, 1, 3)));
  }
}

@inline function multiply3<T extends number>(x: usize, h: usize, out: usize, stride: usize): void {
  const zero = v128.splat<T>(0 as T);
  let a0 = zero, a1 = zero, a2 = zero, b0 = zero, b1 = zero, b2 = zero;
  let c0 = zero, c1 = zero, c2 = zero, d0 = zero, d1 = zero, d2 = zero;
  const h1 = stride, h2 = stride << 1, x3 = h1 + h2;
  for (const end = x + stride; x < end; x += 16, h += 16) {
    const p = v128.load(h), q = v128.load(h + h1), r = v128.load(h + h2);
    let s = v128.load(x);
    a0 = addProduct<T>(a0, s, p);
    a1 = addProduct<T>(a1, s, q);
    a2 = addProduct<T>(a2, s, r);
    s = v128.load(x + h1);
    b0 = addProduct<T>(b0, s, p);
    b1 = addProduct<T>(b1, s, q);
    b2 = addProduct<T>(b2, s, r);
    s = v128.load(x + h2);
    c0 = addProduct<T>(c0, s, p);
    c1 = addProduct<T>(c1, s, q);
    c2 = addProduct<T>(c2, s, r);
    s = v128.load(x + x3);
    d0 = addProduct<T>(d0, s, p);
    d1 = addProduct<T>(d1, s, q);
    d2 = addProduct<T>(d2, s, r);
  }
  storeSums<T>(a0, b0, c0, d0, out);
  storeSums<T>(a1, b1, c1, d1, out + quad<T>());
  storeSums<T>(a2, b2, c2, d2, out + (quad<T>() << 1));
}

@inline function multiply2<T extends number>(x: usize, h: usize, out: usize, stride: usize): void {
  const zero = v128.splat<T>(0 as T);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
  const x2 = stride << 1, x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, h += 16) {
    const p = v128.load(h), q = v128.load(h + stride);
    let s = v128.load(x);
    a0 = addProduct<T>(a0, s, p);
    a1 = addProduct<T>(a1, s, q);
    s = v128.load(x + stride);
    b0 = addProduct<T>(b0, s, p);
    b1 = addProduct<T>(b1, s, q);
    s = v128.load(x + x2);
    c0 = addProduct<T>(c0, s, p);
    c1 = addProduct<T>(c1, s, q);
    s = v128.load(x + x3);
    d0 = addProduct<T>(d0, s, p);
    d1 = addProduct<T>(d1, s, q);
  }
  storeSums<T>(a0, b0, c0, d0, out);
  storeSums<T>(a1, b1, c1, d1, out + quad<T>());
}

@inline function multiply1<T extends number>(x: usize, h: usize, out: usize, stride: usize): void {
  const zero = v128.splat<T>(0 as T);
  let a = zero, b = zero, c = zero, d = zero;
  const x2 = stride << 1, x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, h += 16) {
    const p = v128.load(h);
    a = addProduct<T>(a, v128.load(x), p);
    b = addProduct<T>(b, v128.load(x + stride), p);
    c = addProduct<T>(c, v128.load(x + x2), p);
    d = addProduct<T>(d, v128.load(x + x3), p);
  }
  storeSums<T>(a, b, c, d, out);
}

/** How many of `left` components are taken at once: 3, but 4 as 2 and 2. */
@inline function group(left: i32): i32 {
  return left == 4 || left == 2 ? 2 : left == 1 ? 1 : 3;
}

/** X·Hᵀ of the 4 rows at `x`, into a block at `out`. */
function multiplyBlock<T extends number>(x: usize, h: usize, out: usize, stride: usize, k: i32): void {
  for (let left = k; left > 0; ) {
    const taken = group(left);
    if (taken == 3) multiply3<T>(x, h, out, stride);
    else if (taken == 2) multiply2<T>(x, h, out, stride);
    else multiply1<T>(x, h, out, stride);
    left -= taken;
    h += stride * <usize>taken;
    out += quad<T>() * <usize>taken;
  }
}

@inline function accumulate3<T extends number>(x: usize, u: usize, out: usize, stride: usize): void {
  const size = sizeof<T>();
  const a0 = splatAt<T>(u), b0 = splatAt<T>(u + size), c0 = splatAt<T>(u + 2 * size), d0 = splatAt<T>(u + 3 * size);
  u += quad<T>();
  const a1 = splatAt<T>(u), b1 = splatAt<T>(u + size), c1 = splatAt<T>(u + 2 * size), d1 = splatAt<T>(u + 3 * size);
  u += quad<T>();
  const a2 = splatAt<T>(u), b2 = splatAt<T>(u + size), c2 = splatAt<T>(u + 2 * size), d2 = splatAt<T>(u + 3 * size);
  const o2 = stride << 1, x3 = o2 + stride;
  for (const end = x + stride; x < end; x += 16, out += 16) {
    let s = v128.load(x);
    let p = addProduct<T>(v128.load(out), s, a0);
    let q = addProduct<T>(v128.load(out + stride), s, a1);
    let r = addProduct<T>(v128.load(out + o2), s, a2);
    s = v128.load(x + stride);
    p = addProduct<T>(p, s, b0);
    q = addProduct<T>(q, s, b1);
    r = addProduct<T>(r, s, b2);
    s = v128.load(x + o2);
    p = addProduct<T>(p, s, c0);
    q = addProduct<T>(q, s, c1);
    r = addProduct<T>(r, s, c2);
    s = v128.load(x + x3);
    v128.store(out, addProduct<T>(p, s, d0));
    v128.store(out + stride, addProduct<T>(q, s, d1));
    v128.store(out + o2, addProduct<T>(r, s, d2));
  }
}

@inline function accumulate2<T extends number>(x: usize, u: usize, out: usize, stride: usize): void {
  const size = sizeof<T>();
  const a0 = splatAt<T>(u), b0 = splatAt<T>(u + size), c0 = splatAt<T>(u + 2 * size), d0 = splatAt<T>(u + 3 * size);
  u += quad<T>();
  const a1 = splatAt<T>(u), b1 = splatAt<T>(u + size), c1 = splatAt<T>(u + 2 * size), d1 = splatAt<T>(u + 3 * size);
  const x2 = stride << 1, x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, out += 16) {
    let s = v128.load(x);
    let p = addProduct<T>(v128.load(out), s, a0);
    let q = addProduct<T>(v128.load(out + stride), s, a1);
    s = v128.load(x + stride);
    p = addProduct<T>(p, s, b0);
    q = addProduct<T>(q, s, b1);
    s = v128.load(x + x2);
    p = addProduct<T>(p, s, c0);
    q = addProduct<T>(q, s, c1);
    s = v128.load(x + x3);
    v128.store(out, addProduct<T>(p, s, d0));
    v128.store(out + stride, addProduct<T>(q, s, d1));
  }
}

@inline function accumulate1<T extends number>(x: usize, u: usize, out: usize, stride: usize): void {
  const size = sizeof<T>();
  const a = splatAt<T>(u), b = splatAt<T>(u + size), c = splatAt<T>(u + 2 * size), d = splatAt<T>(u + 3 * size);
  const x2 = stride << 1, x3 = x2 + stride;
  for (const end = x + stride; x < end; x += 16, out += 16) {
    let p = addProduct<T>(v128.load(out), v128.load(x), a);
    p = addProduct<T>(p, v128.load(x + stride), b);
    p = addProduct<T>(p, v128.load(x + x2), c);
    v128.store(out, addProduct<T>(p, v128.load(x + x3), d));
  }
}

/** out += Uᵀ·X of the 4 rows at `x` and their block at `u`. */
function accumulateBlock<T extends number>(x: usize, u: usize, out: usize, stride: usize, k: i32): void {
  for (let left = k; left > 0; ) {
    const taken = group(left);
    if (taken == 3) accumulate3<T>(x, u, out, stride);
    else if (taken == 2) accumulate2<T>(x, u, out, stride);
    else accumulate1<T>(x, u, out, stride);
    left -= taken;
    u += quad<T>() * <usize>taken;
    out += stride * <usize>taken;
  }
}

@inline function sumOf<T extends number>(v: v128): T {
  if (sizeof<T>() == 4)
    return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) +
      (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))) as T;
  return (f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1)) as T;
}

/**
 * Inner products of k components, k × k at `out`. Component t of the line of vectors at `from` begins `step`·t bytes on;
 * a line is `run` bytes long, lines are `pitch` bytes apart, and there are `lines` of them.
 */
function gram<T extends number>(from: usize, step: usize, run: usize, pitch: usize, lines: usize, k: i32, out: usize): void {
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
@inline function sweep<T extends number>(factor: usize, products: usize, step: usize, gram: usize, k: i32): v128 {
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

@inline function iterate<T extends number>(
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
  x: usize, u: usize, h: usize, transposed: usize, scratch: usize, blocks: usize, stride: usize, k: i32,
): f64 {
  return iterate<f32>(x, u, h, transposed, scratch, blocks, stride, k);
}

/** {@link iterate32} in float64. */
export function iterate64(
  x: usize, u: usize, h: usize, transposed: usize, scratch: usize, blocks: usize, stride: usize, k: i32,
): f64 {
  return iterate<f64>(x, u, h, transposed, scratch, blocks, stride, k);
}

/** X·Hᵀ in float64, into blocks of 4 rows at `out`. */
export function multiply(x: usize, h: usize, out: usize, blocks: usize, stride: usize, k: i32): void {
  for (let b: usize = 0; b < blocks; b++, x += stride << 2, out += <usize>k << 5)
    multiplyBlock<f64>(x, h, out, stride, k);
}

/** Uᵀ·X in float64, k rows at `out`, of blocks of 4 rows at `u`. */
export function multiplyTransposed(x: usize, u: usize, out: usize, blocks: usize, stride: usize, k: i32): void {
  memory.fill(out, 0, stride * <usize>k);
  for (let b: usize = 0; b < blocks; b++, x += stride << 2, u += <usize>k << 5)
    accumulateBlock<f64>(x, u, out, stride, k);
}
