import { UsageError } from '../errors.ts';
import type { Matrix } from './matrix.ts';

/** Options of `structuralSimilarity`; the defaults are those of scikit-image. */
export interface StructuralSimilarityOptions {
  /** Side of the square uniform window, odd. */
  windowSize?: number;
  /** The span of possible values: 1 for images scaled to [0, 1]. */
  dataRange?: number;
  k1?: number;
  k2?: number;
}

/**
 * Mean structural similarity of two images of one shape (Wang, Bovik, Sheikh & Simoncelli 2004), as
 * `skimage.metrics.structural_similarity` computes it by default: uniform window, sample covariance, the mean over the
 * pixels whose window lies wholly inside. Range [−1, 1]; exactly 1 for equal images.
 *
 * Window sums run: each pixel enters and leaves once, so the cost does not depend on the window's size.
 * @throws UsageError when the shapes differ or are smaller than the window.
 */
export function structuralSimilarity(a: Matrix, b: Matrix, options: StructuralSimilarityOptions = {}): number {
  const { windowSize = 7, dataRange = 1, k1 = 0.01, k2 = 0.03 } = options;
  const { rows, cols } = a;
  if (b.rows !== rows || b.cols !== cols)
    throw new UsageError(
      `Structural similarity needs images of one shape; found ${rows}×${cols} and ${b.rows}×${b.cols}.`,
    );
  if (!Number.isInteger(windowSize) || windowSize < 1 || windowSize % 2 === 0)
    throw new UsageError(`windowSize must be an odd whole number; found ${windowSize}.`);
  if (rows < windowSize || cols < windowSize)
    throw new UsageError(
      `Structural similarity with a ${windowSize}×${windowSize} window needs an image at least that large; found ${rows}×${cols}.`,
    );

  const pixels = windowSize * windowSize;
  const share = 1 / pixels;
  const sampleShare = 1 / Math.max(1, pixels - 1);
  const c1 = (k1 * dataRange) ** 2;
  const c2 = (k2 * dataRange) ** 2;
  const x = a.data;
  const y = b.data;

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
  return total / ((rows - windowSize + 1) * (cols - windowSize + 1));
}
