// Products of each row of one float32 matrix with the row of the same number of another, in 64 bits.

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

// @ts-expect-error: decorator
@inline
function lanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

// @ts-expect-error: decorator
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
}

/** Of each row of x and y (rows × depth float32), three f64 to `out`: x·y, x·x, y·y. */
export function multiply(x: usize, y: usize, rows: i32, depth: i32, out: usize): void {
  const rowBytes = (<usize>depth) << 2;
  for (let i = 0; i < rows; i++, out += 24) {
    let xy = f64x2.splat(0),
      xx = xy,
      yy = xy,
      xy2 = xy,
      xx2 = xy,
      yy2 = xy;
    const end = x + rowBytes;
    for (; x + 16 <= end; x += 16, y += 16) {
      const a = v128.load(x),
        b = v128.load(y);
      const a1 = f64x2.promote_low_f32x4(a),
        b1 = f64x2.promote_low_f32x4(b);
      const a2 = high(a),
        b2 = high(b);
      xy = f64x2.add(xy, f64x2.mul(a1, b1));
      xx = f64x2.add(xx, f64x2.mul(a1, a1));
      yy = f64x2.add(yy, f64x2.mul(b1, b1));
      xy2 = f64x2.add(xy2, f64x2.mul(a2, b2));
      xx2 = f64x2.add(xx2, f64x2.mul(a2, a2));
      yy2 = f64x2.add(yy2, f64x2.mul(b2, b2));
    }
    let products = lanes(f64x2.add(xy, xy2)),
      squaresX = lanes(f64x2.add(xx, xx2)),
      squaresY = lanes(f64x2.add(yy, yy2));
    for (; x < end; x += 4, y += 4) {
      const a = <f64>load<f32>(x),
        b = <f64>load<f32>(y);
      products += a * b;
      squaresX += a * a;
      squaresY += b * b;
    }
    store<f64>(out, products);
    store<f64>(out, squaresX, 8);
    store<f64>(out, squaresY, 16);
  }
}
