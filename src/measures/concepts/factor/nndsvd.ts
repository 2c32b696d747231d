import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { type Matrix, type Matrix64, row } from '../../../tensor/matrix.ts';
import { requireComponents, requireFinite, requireNonNegative } from '../data/check-activations.ts';
import { type TruncatedSvd, truncatedSvd } from '../data/truncated-svd.ts';

/** Factors to begin with. */
export interface FactorStart {
  /** rows × k */
  coefficients: Matrix64;
  /** k × cols */
  directions: Matrix64;
}

/** Entries below this become 0, as in scikit-learn. */
const SMALLEST = 1e-6;

/**
 * The start of Boutsidis & Gallopoulos (2008) for the factorisation of a matrix of values of at least 0: each singular
 * triplet's positive or negative part, whichever is larger. From the exact truncated SVD, so it is free of chance; it does
 * not depend on the signs of the singular vectors. Components beyond the rank of the matrix are 0.
 *
 * @throws UsageError for an empty matrix, values below 0 or not finite, or nComponents above min(rows, cols).
 */
export function nndsvd(matrix: Matrix, nComponents: number, options: KernelOptions = {}): FactorStart {
  requireFinite(matrix, 'Values');
  requireNonNegative(matrix, 'NNDSVD', 'values', 'It starts plain NMF; semi-nmf starts from k-means.');
  requireComponents(nComponents, matrix);
  return nndsvdOf(truncatedSvd(matrix, nComponents, options));
}

/** {@link nndsvd} from singular values and vectors at hand. */
export function nndsvdOf({ left, values, right }: TruncatedSvd): FactorStart {
  const k = values.length;
  const coefficients: Matrix64 = { rows: left.cols, cols: k, data: new Float64Array(left.cols * k) };
  const directions: Matrix64 = { rows: k, cols: right.cols, data: new Float64Array(k * right.cols) };
  for (let j = 0; j < k; j++) {
    const u = row(left, j);
    const v = row(right, j);
    // The first pair has no mixed signs but for rounding: all of it is taken.
    const side = j === 0 ? (value: number) => Math.abs(value) : largerSide(u, v);
    const uNorm = normOf(u, side);
    const vNorm = normOf(v, side);
    if (uNorm === 0 || vNorm === 0) continue;
    const size = Math.sqrt(values[j]! * uNorm * vNorm);
    for (let i = 0; i < left.cols; i++) coefficients.data[i * k + j] = (size / uNorm) * side(u[i]!);
    for (let i = 0; i < right.cols; i++) directions.data[j * right.cols + i] = (size / vNorm) * side(v[i]!);
  }
  for (const { data } of [coefficients, directions])
    for (let i = 0; i < data.length; i++) if (data[i]! < SMALLEST) data[i] = 0;
  return { coefficients, directions };
}

function largerSide(u: Float64Array, v: Float64Array): (value: number) => number {
  const positive = (value: number): number => Math.max(0, value);
  const negative = (value: number): number => Math.max(0, -value);
  return normOf(u, positive) * normOf(v, positive) > normOf(u, negative) * normOf(v, negative) ? positive : negative;
}

function normOf(vector: Float64Array, side: (value: number) => number): number {
  let sum = 0;
  for (const value of vector) sum += side(value) ** 2;
  return Math.sqrt(sum);
}
