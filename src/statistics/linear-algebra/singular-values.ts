import { FormatError } from '../../base/errors.ts';
import type { Matrix } from '../../tensor/matrix.ts';

/**
 * All min(rows, cols) singular values of a matrix, largest first, each to rounding of the largest; no vectors, for which
 * there is `jacobiSvd`. Householder reflections make the matrix bidiagonal (Golub & Kahan 1965); the values are then the
 * positive eigenvalues of a tridiagonal matrix with a diagonal of zeros, found by bisection on Sturm counts, which cannot
 * fail to converge.
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
  return bisect(bidiagonalise(a, rows, cols)).map((value) => value * largest);
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

/** Turns v[from … to) into the Householder vector that leaves `value` of it in front: I − factor·v·vᵀ. */
function reflect(v: Float64Array, from: number, to: number): { value: number; factor: number } {
  let squares = 0;
  for (let i = from; i < to; i++) squares += v[i]! * v[i]!;
  if (squares === 0) return { value: 0, factor: 0 };
  const value = v[from]! > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
  const rest = squares - v[from]! * v[from]!;
  v[from]! -= value;
  return { value, factor: 2 / (v[from]! * v[from]! + rest) };
}

/** The positive half of the eigenvalues of the tridiagonal matrix with zeros on, and `beside` next to, its diagonal. */
function bisect(beside: Float64Array): Float64Array {
  const squares = beside.map((value) => value * value);
  let bound = 0;
  for (let i = 0; i <= beside.length; i++)
    bound = Math.max(bound, Math.abs(beside[i - 1] ?? 0) + Math.abs(beside[i] ?? 0));
  const count = (beside.length + 1) / 2;
  const values = new Float64Array(count);
  let above = bound * (1 + 4 * Number.EPSILON);
  for (let k = 0; k < count; k++) {
    let low = 0;
    let high = above;
    while (high - low > Number.EPSILON * bound) {
      const middle = (low + high) / 2;
      if (eigenvaluesFrom(squares, middle) > k) low = middle;
      else high = middle;
    }
    // A value within rounding of 0 is 0.
    values[k] = low === 0 ? 0 : (low + high) / 2;
    above = high;
  }
  return values;
}

/** How many eigenvalues are at least x > 0: the signs of the pivots of T − x·I. */
function eigenvaluesFrom(squares: Float64Array, x: number): number {
  let pivot = -x;
  let found = 0;
  for (const square of squares) {
    // A pivot of 0 is moved by less than rounding.
    pivot = -x - square / (pivot === 0 ? -Number.MIN_VALUE / Number.EPSILON : pivot);
    if (pivot >= 0) found++;
  }
  return found;
}
