// Products of the columns of X and Y in float64. Both are interleaved in panels of four columns, row after row, so that a
// tile of 4 × 4 products lives in eight registers while the rows pass.

/** Rows of X's and Y's panels that stay in the cache while the panels of Y pass. */
const ROW_BLOCK: i32 = 256;

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

@inline function add(at: usize, sum: v128): void {
  v128.store(at, f64x2.add(v128.load(at), sum));
}

/** Adds the products of `count` rows of a panel of X and one of Y to the 4 × 4 sums at `out`, whose rows lie `stride` apart. */
function tile(x: usize, y: usize, count: i32, out: usize, stride: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (const end = x + (<usize>count << 5); x < end; x += 32, y += 32) {
    const y0 = v128.load(y), y1 = v128.load(y, 16);
    const xa = v128.load64_splat(x);
    a0 = f64x2.add(a0, f64x2.mul(xa, y0));
    a1 = f64x2.add(a1, f64x2.mul(xa, y1));
    const xb = v128.load64_splat(x, 8);
    b0 = f64x2.add(b0, f64x2.mul(xb, y0));
    b1 = f64x2.add(b1, f64x2.mul(xb, y1));
    const xc = v128.load64_splat(x, 16);
    c0 = f64x2.add(c0, f64x2.mul(xc, y0));
    c1 = f64x2.add(c1, f64x2.mul(xc, y1));
    const xd = v128.load64_splat(x, 24);
    d0 = f64x2.add(d0, f64x2.mul(xd, y0));
    d1 = f64x2.add(d1, f64x2.mul(xd, y1));
  }
  add(out, a0);
  add(out + 16, a1);
  add(out + stride, b0);
  add(out + stride + 16, b1);
  add(out + 2 * stride, c0);
  add(out + 2 * stride + 16, c1);
  add(out + 3 * stride, d0);
  add(out + 3 * stride + 16, d1);
}

/**
 * Products over rows `from` … `to` − 1 of `m` panels of X with `n` panels of Y, each of `rows` rows: 4m × 4n float64 sums at
 * `out`, which are overwritten.
 */
export function multiply(x: usize, y: usize, out: usize, rows: i32, m: i32, n: i32, from: i32, to: i32): void {
  const panelBytes = <usize>rows << 5;
  const stride = <usize>n << 5;
  memory.fill(out, 0, (<usize>m << 2) * stride);
  for (let block = from; block < to; block += ROW_BLOCK) {
    const count = min(ROW_BLOCK, to - block);
    const offset = <usize>block << 5;
    for (let j = 0; j < n; j++) {
      const panel = y + <usize>j * panelBytes + offset;
      for (let i = 0; i < m; i++)
        tile(x + <usize>i * panelBytes + offset, panel, count, out + <usize>i * 4 * stride + (<usize>j << 5), stride);
    }
  }
}
