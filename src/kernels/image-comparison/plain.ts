import type { ImageSums, WindowOptions } from './types.ts';

/** Twin of the kernel; see `compareImages` in ../image-comparison.ts. */
export function compareImagesPlain(
  x: Float32Array | Float64Array,
  y: Float32Array | Float64Array,
  rows: number,
  cols: number,
  { windowSize, c1, c2 }: WindowOptions,
): ImageSums {
  let dots = 0;
  let powerA = 0;
  let powerB = 0;
  let squaredDifferences = 0;
  let absoluteDifferences = 0;
  for (let k = 0; k < x.length; k++) {
    const difference = x[k]! - y[k]!;
    dots += x[k]! * y[k]!;
    powerA += x[k]! * x[k]!;
    powerB += y[k]! * y[k]!;
    squaredDifferences += difference * difference;
    absoluteDifferences += Math.abs(difference);
  }

  const pixels = windowSize * windowSize;
  const share = 1 / pixels;
  const sampleShare = 1 / Math.max(1, pixels - 1);
  // Sums are bracketed so that for equal images numerator and denominator round alike and give exactly 1.
  // Sums over the rows in the window, one for each column: of a, of b, of a² + b², of a·b.
  const columnA = new Float64Array(cols);
  const columnB = new Float64Array(cols);
  const columnSquares = new Float64Array(cols);
  const columnProducts = new Float64Array(cols);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const entering = i * cols;
    const leaving = (i - windowSize) * cols;
    for (let j = 0; j < cols; j++) {
      const p = x[entering + j]!;
      const q = y[entering + j]!;
      let sumA = columnA[j]! + p;
      let sumB = columnB[j]! + q;
      let squares = columnSquares[j]! + (p * p + q * q);
      let products = columnProducts[j]! + p * q;
      if (leaving >= 0) {
        const r = x[leaving + j]!;
        const s = y[leaving + j]!;
        sumA -= r;
        sumB -= s;
        squares -= r * r + s * s;
        products -= r * s;
      }
      columnA[j] = sumA;
      columnB[j] = sumB;
      columnSquares[j] = squares;
      columnProducts[j] = products;
    }
    if (i < windowSize - 1) continue;

    let sumA = 0;
    let sumB = 0;
    let squares = 0;
    let products = 0;
    let rowTotal = 0;
    for (let j = 0; j < cols; j++) {
      sumA += columnA[j]!;
      sumB += columnB[j]!;
      squares += columnSquares[j]!;
      products += columnProducts[j]!;
      if (j < windowSize - 1) continue;
      const meanA = sumA * share;
      const meanB = sumB * share;
      const variances = (squares - (sumA * meanA + sumB * meanB)) * sampleShare;
      const covariance = (products - sumA * meanB) * sampleShare;
      const luminance = 2 * meanA * meanB + c1;
      const luminanceBound = meanA * meanA + meanB * meanB + c1;
      rowTotal += (luminance * (2 * covariance + c2)) / (luminanceBound * (variances + c2));
      const left = j - windowSize + 1;
      sumA -= columnA[left]!;
      sumB -= columnB[left]!;
      squares -= columnSquares[left]!;
      products -= columnProducts[left]!;
    }
    total += rowTotal;
  }
  return {
    products: dots,
    powerA,
    powerB,
    squares: squaredDifferences,
    absolutes: absoluteDifferences,
    similarity: total,
  };
}
