/**
 * Adds the products of `count` rows of two panels, each of four columns interleaved row after row, to the 4 × 4 float64
 * sums at `out`, whose rows lie `stride` bytes apart. The sums live in eight registers while the rows pass.
 */
export function tile64(x: usize, y: usize, count: usize, out: usize, stride: usize): void {
  let a0 = f64x2.splat(0),
    a1 = a0,
    b0 = a0,
    b1 = a0,
    c0 = a0,
    c1 = a0,
    d0 = a0,
    d1 = a0;
  for (const end = x + (count << 5); x < end; x += 32, y += 32) {
    const y0 = v128.load(y),
      y1 = v128.load(y, 16);
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
  add(out, a0, a1);
  add(out + stride, b0, b1);
  add(out + 2 * stride, c0, c1);
  add(out + 3 * stride, d0, d1);
}

// @ts-expect-error: decorator
@inline
function add(at: usize, left: v128, right: v128): void {
  v128.store(at, f64x2.add(v128.load(at), left));
  v128.store(at, f64x2.add(v128.load(at, 16), right), 16);
}
