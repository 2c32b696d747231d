// Products of the rows of X and Y, in float32 blocks whose sums are added in float64.
//
// Y is packed into panels of 8 rows, interleaved by feature, so that one vector load brings the same feature of four
// rows; X likewise by 4. A tile of 4 rows of X and 8 of Y then lives in eight registers.

/** Features summed in float32 before the sum goes into float64. */
const BLOCK: usize = 128;
const PANEL: usize = 8;
const TILE: usize = 4;
/** Rows of X that stay in the cache while all panels pass them. A multiple of the tile. */
const ROW_BLOCK: i32 = 32;

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

// @ts-expect-error: decorator
@inline
function high(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** The sum of squares of each of `rows` rows of `depth` float32 features, in float64, to `out`. */
export function squaredNorms(from: usize, rows: i32, depth: i32, out: usize): void {
  for (let i = 0; i < rows; i++, out += 8) {
    let a = f64x2.splat(0),
      b = a,
      c = a,
      d = a;
    const end = from + ((<usize>depth) << 2);
    for (; from + 32 <= end; from += 32) {
      const x = v128.load(from),
        y = v128.load(from, 16);
      const x0 = f64x2.promote_low_f32x4(x),
        x1 = f64x2.promote_low_f32x4(high(x));
      const y0 = f64x2.promote_low_f32x4(y),
        y1 = f64x2.promote_low_f32x4(high(y));
      a = f64x2.add(a, f64x2.mul(x0, x0));
      b = f64x2.add(b, f64x2.mul(x1, x1));
      c = f64x2.add(c, f64x2.mul(y0, y0));
      d = f64x2.add(d, f64x2.mul(y1, y1));
    }
    const sums = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
    let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    for (; from < end; from += 4) {
      const x = <f64>load<f32>(from);
      total += x * x;
    }
    store<f64>(out, total);
  }
}

/** Four float32 values times a float64 factor, rounded once. */
// @ts-expect-error: decorator
@inline
function scaled(x: v128, factor: v128): v128 {
  const first = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(x), factor));
  const last = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(high(x)), factor));
  return i8x16.shuffle(first, last, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** Interleaves four rows from `row` on into every `step` bytes from `out` on; `factors` are their four factors. */
function packFour(row: usize, out: usize, depth: i32, step: usize, factors: usize): void {
  const stride = (<usize>depth) << 2;
  const fa = v128.load64_splat(factors),
    fb = v128.load64_splat(factors, 8);
  const fc = v128.load64_splat(factors, 16),
    fd = v128.load64_splat(factors, 24);
  const rowEnd = row + stride;
  for (; row + 16 <= rowEnd; row += 16, out += step << 2) {
    const a = scaled(v128.load(row), fa),
      b = scaled(v128.load(row + stride), fb);
    const c = scaled(v128.load(row + 2 * stride), fc),
      d = scaled(v128.load(row + 3 * stride), fd);
    const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const ab2 = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    const cd2 = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    v128.store(out, i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    v128.store(out + step, i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
    v128.store(out + 2 * step, i8x16.shuffle(ab2, cd2, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    v128.store(out + 3 * step, i8x16.shuffle(ab2, cd2, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
  }
  for (; row < rowEnd; row += 4, out += step)
    for (let r: usize = 0; r < 4; r++)
      store<f32>(out + (r << 2), <f32>(<f64>load<f32>(row + r * stride) * load<f64>(factors + (r << 3))));
}

/**
 * Interleaves `rows` rows of `depth` features, each times its float64 factor at `scales`, into panels of 2^shift rows;
 * rows beyond the end become zeros.
 */
export function pack(from: usize, to: usize, rows: i32, depth: i32, shift: u32, scales: usize): void {
  const stride = (<usize>depth) << 2;
  const width = (<usize>1) << shift;
  const step = width << 2;
  const panelBytes = stride << shift;
  const all = ((<usize>rows + width - 1) >> shift) << shift;
  for (let row: usize = 0; row < all; row++) {
    let out = to + (row >> shift) * panelBytes + ((row & (width - 1)) << 2);
    if ((row & 3) == 0 && row + 4 <= <usize>rows) {
      packFour(from + row * stride, out, depth, step, scales + (row << 3));
      row += 3;
      continue;
    }
    const end = out + panelBytes;
    if (row < <usize>rows) {
      const scale = load<f64>(scales + (row << 3));
      for (let at = from + row * stride; out < end; at += 4, out += step)
        store<f32>(out, <f32>(<f64>load<f32>(at) * scale));
    } else for (; out < end; out += step) store<f32>(out, 0);
  }
}

// @ts-expect-error: decorator
@inline
function addLow(sum: usize, x: v128): void {
  v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(x)));
}

/** Adds four float32 sums to four float64 ones. */
// @ts-expect-error: decorator
@inline
function addTo(sum: usize, x: v128): void {
  addLow(sum, x);
  addLow(sum + 16, high(x));
}

/**
 * 4 rows of X, whose features follow every `step` bytes from `x` on, times the panel of 8 rows of Y at `y`, into 4 × 8
 * float64 sums at `sums`.
 */
// @ts-expect-error: decorator
@inline
function tile(x: usize, step: usize, y: usize, depth: usize, sums: usize): void {
  memory.fill(sums, 0, TILE * PANEL * 8);
  let left = depth;
  while (left > 0) {
    const count = min(left, BLOCK);
    let a0 = f32x4.splat(0),
      a1 = a0,
      b0 = a0,
      b1 = a0,
      c0 = a0,
      c1 = a0,
      d0 = a0,
      d1 = a0;
    for (const end = y + (count << 5); y < end; x += step, y += 32) {
      const y0 = v128.load(y),
        y1 = v128.load(y, 16);
      const xa = v128.load32_splat(x);
      a0 = f32x4.add(a0, f32x4.mul(xa, y0));
      a1 = f32x4.add(a1, f32x4.mul(xa, y1));
      const xb = v128.load32_splat(x, 4);
      b0 = f32x4.add(b0, f32x4.mul(xb, y0));
      b1 = f32x4.add(b1, f32x4.mul(xb, y1));
      const xc = v128.load32_splat(x, 8);
      c0 = f32x4.add(c0, f32x4.mul(xc, y0));
      c1 = f32x4.add(c1, f32x4.mul(xc, y1));
      const xd = v128.load32_splat(x, 12);
      d0 = f32x4.add(d0, f32x4.mul(xd, y0));
      d1 = f32x4.add(d1, f32x4.mul(xd, y1));
    }
    addTo(sums, a0);
    addTo(sums + 32, a1);
    addTo(sums + 64, b0);
    addTo(sums + 96, b1);
    addTo(sums + 128, c0);
    addTo(sums + 160, c1);
    addTo(sums + 192, d0);
    addTo(sums + 224, d1);
    left -= count;
  }
}

/** Writes the tile at `sums` to rows i … i + 3 and columns j … j + 7 of `out` (m × n), within ±`limit`. */
function writeTile(sums: usize, out: usize, i: i32, j: i32, m: i32, n: i32, limit: f64): void {
  const rows = min(4, m - i);
  const cols = min(8, n - j);
  for (let r = 0; r < rows; r++) {
    const to = out + (<usize>(i + r) * <usize>n + <usize>j) * 4;
    const from = sums + ((<usize>r) << 6);
    for (let c = 0; c < cols; c++)
      store<f32>(to + ((<usize>c) << 2), <f32>min(limit, max(-limit, load<f64>(from + ((<usize>c) << 3)))));
  }
}

/** X (m rows, packed by 4) times Y (n rows, packed by 8), both of `depth` features, into the float32 matrix `out` (m × n). */
export function multiply(x: usize, y: usize, out: usize, sums: usize, m: i32, n: i32, depth: i32): void {
  const stride = (<usize>depth) << 2;
  const panelBytes = stride * PANEL;
  for (let block = 0; block < m; block += ROW_BLOCK)
    for (let j = 0; j < n; j += 8)
      for (let i = block; i < min(m, block + ROW_BLOCK); i += 4) {
        tile(x + <usize>i * stride, 16, y + <usize>(j >> 3) * panelBytes, depth, sums);
        writeTile(sums, out, i, j, m, n, Infinity);
      }
}

/** Y (n rows, packed by 8) times itself into `out` (n × n), within ±`limit`: tiles that reach the diagonal or lie above it. */
export function multiplySelf(y: usize, out: usize, sums: usize, n: i32, depth: i32, limit: f64): void {
  const panelBytes = ((<usize>depth) << 2) * PANEL;
  for (let block = 0; block < n; block += ROW_BLOCK)
    for (let j = block; j < n; j += 8)
      for (let i = block; i < min(min(n, block + ROW_BLOCK), j + 8); i += 4) {
        tile(
          y + <usize>(i >> 3) * panelBytes + ((<usize>(i & 4)) << 2),
          32,
          y + <usize>(j >> 3) * panelBytes,
          depth,
          sums,
        );
        writeTile(sums, out, i, j, n, n, limit);
      }
}
