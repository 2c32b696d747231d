import { FormatError } from '../../base/errors.ts';
import type { Matrix } from '../../tensor/matrix.ts';
import { reflect } from './householder.ts';
import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.ts';

/**
 * All min(rows, cols) singular values of a matrix, largest first, each to rounding of the largest; no vectors, for which
 * there is `jacobiSvd`. Householder reflections make the matrix bidiagonal (Golub & Kahan 1965); the values are then the
 * positive eigenvalues of a tridiagonal matrix with a diagonal of zeros, found by bisection.
 *
 * @throws FormatError for a value that is not finite.
 */
export function singularValues(matrix: Matrix): Float64Array {
  const largest = largestMagnitude(matrix);
  const tall = matrix.rows >= matrix.cols;
  const [rows, cols] = tall ? [matrix.rows, matrix.cols] : [matrix.cols, matrix.rows];
  if (cols === 0 || largest === 0) return new Float64Array(cols);
  // Scaled, so that squares neither overflow nor vanish.
  const a = new Float64Array(rows * cols);
  for (let i = 0; i < matrix.rows; i++)
    for (let j = 0; j < matrix.cols; j++)
      a[tall ? i * cols + j : j * cols + i] = matrix.data[i * matrix.cols + j]! / largest;
  const beside = bidiagonalise(a, rows, cols);
  const diagonal = new Float64Array(beside.length + 1);
  // Each singular value is there with either sign; one within rounding of 0 is 0.
  return tridiagonalEigenvalues(diagonal, beside, cols, 0).map((value) => value * largest);
}

function largestMagnitude({ data }: Matrix): number {
  let largest = 0;
  for (const value of data) {
    if (!Number.isFinite(value)) throw new FormatError(`Singular values need finite numbers; found ${value}.`);
    largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

/** The diagonal and the entries above it in turn: d₀, e₀, d₁, e₁, …, dₙ₋₁. Overwrites `a`, rows × cols, rows ≥ cols. */
function bidiagonalise(a: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(2 * cols - 1);
  const column = new Float64Array(rows);
  const products = new Float64Array(cols);
  for (let k = 0; k < cols; k++) {
    for (let i = k; i < rows; i++) column[i] = a[i * cols + k]!;
    const left = reflect(column, k, rows);
    out[2 * k] = left.value;
    if (k + 1 === cols) break;
    if (left.factor > 0) {
      products.fill(0);
      for (let i = k; i < rows; i++) for (let j = k + 1; j < cols; j++) products[j]! += column[i]! * a[i * cols + j]!;
      for (let i = k; i < rows; i++) {
        const weight = left.factor * column[i]!;
        for (let j = k + 1; j < cols; j++) a[i * cols + j]! -= weight * products[j]!;
      }
    }
    const top = a.subarray(k * cols, (k + 1) * cols);
    const right = reflect(top, k + 1, cols);
    out[2 * k + 1] = right.value;
    if (right.factor === 0) continue;
    for (let i = k + 1; i < rows; i++) {
      let dot = 0;
      for (let j = k + 1; j < cols; j++) dot += a[i * cols + j]! * top[j]!;
      dot *= right.factor;
      for (let j = k + 1; j < cols; j++) a[i * cols + j]! -= dot * top[j]!;
    }
  }
  return out;
}
