// Sums over two images at once: products, squared and absolute differences of pixels, and structural similarity.

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

// @ts-expect-error: decorator
@inline
function lanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/**
 * Similarity of one window, or of two side by side, from its sums: of a, of b, of a² + b², of a·b. Bracketed so that for
 * equal images numerator and denominator round alike.
 */
// @ts-expect-error: decorator
@inline
function similarity(
  sumA: v128,
  sumB: v128,
  squares: v128,
  products: v128,
  share: f64,
  sampleShare: f64,
  c1: f64,
  c2: f64,
): v128 {
  const one = f64x2.splat(share),
    sample = f64x2.splat(sampleShare),
    first = f64x2.splat(c1),
    second = f64x2.splat(c2);
  const meanA = f64x2.mul(sumA, one),
    meanB = f64x2.mul(sumB, one);
  const variances = f64x2.mul(f64x2.sub(squares, f64x2.add(f64x2.mul(sumA, meanA), f64x2.mul(sumB, meanB))), sample);
  const covariance = f64x2.mul(f64x2.sub(products, f64x2.mul(sumA, meanB)), sample);
  const means = f64x2.mul(meanA, meanB);
  const above = f64x2.mul(
    f64x2.add(f64x2.add(means, means), first),
    f64x2.add(f64x2.add(covariance, covariance), second),
  );
  const bound = f64x2.add(f64x2.add(f64x2.mul(meanA, meanA), f64x2.mul(meanB, meanB)), first);
  return f64x2.div(above, f64x2.mul(bound, f64x2.add(variances, second)));
}

/**
 * Of two f64 images (rows × cols), to six f64 at `out`: Σ a·b, Σ a², Σ b², Σ (a − b)², Σ |a − b|, and the sum of the
 * structural similarities of all windows of `size` × `size` pixels. `columns` has room for 4 × (cols + 1) f64, rounded up to even.
 */
export function compare(
  x: usize,
  y: usize,
  rows: i32,
  cols: i32,
  size: i32,
  c1: f64,
  c2: f64,
  columns: usize,
  out: usize,
): void {
  const line = ((<usize>cols + 2) >> 1) << 4;
  const rowBytes = (<usize>cols) << 3;
  // Sums over the rows in the window, one for each column: of a, of b, of a² + b², of a·b.
  const ofA = columns,
    ofB = columns + line,
    ofSquares = columns + 2 * line,
    ofProducts = columns + 3 * line;
  memory.fill(columns, 0, 4 * line);
  const pixels = <f64>(size * size);
  const share = 1 / pixels;
  const sampleShare = 1 / max(1, pixels - 1);
  const back = <usize>size * rowBytes;
  const windowEnd = (<usize>(cols - size + 1)) << 3;
  const window = (<usize>size) << 3;
  let products = f64x2.splat(0),
    powerA = products,
    powerB = products,
    total = products;
  let squares = products,
    absolutes = products;
  let productsLeft: f64 = 0,
    powerALeft: f64 = 0,
    powerBLeft: f64 = 0,
    squaresLeft: f64 = 0,
    absolutesLeft: f64 = 0;
  for (let i = 0; i < rows; i++, x += rowBytes, y += rowBytes) {
    const leaves = i >= size;
    let at: usize = 0;
    for (; at + 16 <= rowBytes; at += 16) {
      const p = v128.load(x + at),
        q = v128.load(y + at);
      const difference = f64x2.sub(p, q);
      const product = f64x2.mul(p, q),
        pp = f64x2.mul(p, p),
        qq = f64x2.mul(q, q);
      products = f64x2.add(products, product);
      powerA = f64x2.add(powerA, pp);
      powerB = f64x2.add(powerB, qq);
      squares = f64x2.add(squares, f64x2.mul(difference, difference));
      absolutes = f64x2.add(absolutes, f64x2.abs(difference));
      let a = f64x2.add(v128.load(ofA + at), p);
      let b = f64x2.add(v128.load(ofB + at), q);
      let s = f64x2.add(v128.load(ofSquares + at), f64x2.add(pp, qq));
      let t = f64x2.add(v128.load(ofProducts + at), product);
      if (leaves) {
        const r = v128.load(x - back + at),
          u = v128.load(y - back + at);
        a = f64x2.sub(a, r);
        b = f64x2.sub(b, u);
        s = f64x2.sub(s, f64x2.add(f64x2.mul(r, r), f64x2.mul(u, u)));
        t = f64x2.sub(t, f64x2.mul(r, u));
      }
      v128.store(ofA + at, a);
      v128.store(ofB + at, b);
      v128.store(ofSquares + at, s);
      v128.store(ofProducts + at, t);
    }
    if (at < rowBytes) {
      const p = load<f64>(x + at),
        q = load<f64>(y + at);
      productsLeft += p * q;
      powerALeft += p * p;
      powerBLeft += q * q;
      squaresLeft += (p - q) * (p - q);
      absolutesLeft += Math.abs(p - q);
      let r: f64 = 0,
        u: f64 = 0;
      if (leaves) {
        r = load<f64>(x - back + at);
        u = load<f64>(y - back + at);
      }
      store<f64>(ofA + at, load<f64>(ofA + at) + p - r);
      store<f64>(ofB + at, load<f64>(ofB + at) + q - u);
      store<f64>(ofSquares + at, load<f64>(ofSquares + at) + (p * p + q * q) - (r * r + u * u));
      store<f64>(ofProducts + at, load<f64>(ofProducts + at) + p * q - r * u);
    }
    if (i < size - 1) continue;

    for (let left: usize = 0; left < windowEnd; left += 16) {
      let a = f64x2.splat(0),
        b = a,
        s = a,
        t = a;
      for (let k = left, end = left + window; k < end; k += 8) {
        a = f64x2.add(a, v128.load(ofA + k));
        b = f64x2.add(b, v128.load(ofB + k));
        s = f64x2.add(s, v128.load(ofSquares + k));
        t = f64x2.add(t, v128.load(ofProducts + k));
      }
      const found = similarity(a, b, s, t, share, sampleShare, c1, c2);
      // The second window of the last pair may reach beyond the image.
      total = f64x2.add(total, left + 8 < windowEnd ? found : f64x2.replace_lane(found, 1, 0));
    }
  }
  store<f64>(out, lanes(products) + productsLeft);
  store<f64>(out, lanes(powerA) + powerALeft, 8);
  store<f64>(out, lanes(powerB) + powerBLeft, 16);
  store<f64>(out, lanes(squares) + squaresLeft, 24);
  store<f64>(out, lanes(absolutes) + absolutesLeft, 32);
  store<f64>(out, lanes(total), 40);
}
