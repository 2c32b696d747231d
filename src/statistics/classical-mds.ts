import { UsageError } from '../base/errors.ts';
import type { Matrix, Matrix64 } from '../tensor/matrix.ts';
import { symmetricEigen } from './linear-algebra/symmetric-eigen.ts';

/** Points in few dimensions whose distances come as near as possible to those given. */
export interface ClassicalScaling {
  /** n × dimensions; each column is centred, the first holds most of the variance. */
  points: Matrix64;
  /**
   * Share of the positive variance that each dimension holds: its eigenvalue over the sum of those above 0, in [0, 1]. What
   * is below 0, as similarities that are no inner products have it, no plane can show, and it is in no share.
   */
  shares: Float64Array;
}

/**
 * Classical multidimensional scaling of an inner-product matrix (Torgerson 1952): the leading eigenvectors of its double
 * centring, each times the root of its eigenvalue. Of cosines it is the principal component analysis of the normalised
 * vectors. A dimension without a positive eigenvalue is 0; the sign of a column makes its largest entry positive.
 *
 * @param kernel n×n, symmetric; a similarity of which the diagonal is that of each item with itself
 * @throws UsageError when it is not square or has fewer items than dimensions.
 */
export function classicalScaling(kernel: Matrix, dimensions = 2): ClassicalScaling {
  const { rows: n, cols } = kernel;
  if (n !== cols) throw new UsageError(`Scaling needs a square matrix; found ${n}×${cols}.`);
  if (n <= dimensions)
    throw new UsageError(`Scaling into ${dimensions} dimensions needs more than ${dimensions} items; found ${n}.`);
  const centred = doubleCentred(kernel);
  const { vectors, values: found } = symmetricEigen({ rows: n, cols: n, data: centred }, dimensions);
  // Rounding of the centring is no variance.
  let largest = 0;
  for (const value of kernel.data) largest = Math.max(largest, Math.abs(value));
  const least = n * Number.EPSILON * largest;
  const values = found.map((value) => (value > least ? value : 0));
  const points: Matrix64 = { rows: n, cols: dimensions, data: new Float64Array(n * dimensions) };
  for (const [k, vector] of vectors.entries()) {
    const scale = Math.sqrt(values[k]!) * signOf(vector);
    for (let i = 0; i < n; i++) points.data[i * dimensions + k] = vector[i]! * scale;
  }
  const positive = values.reduce((sum, value) => sum + value, 0);
  const shares = values.slice(0, dimensions).map((value) => (positive > 0 ? value / positive : 0));
  return { points, shares };
}

/** J·K·J with J = I − 1/n. */
function doubleCentred({ rows: n, data }: Matrix): Float64Array {
  const means = new Float64Array(n);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) means[i]! += data[i * n + j]! / n;
    mean += means[i]! / n;
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out[i * n + j] = data[i * n + j]! - means[i]! - means[j]! + mean;
  return out;
}

/** The sign of the entry of largest magnitude. */
function signOf(vector: Float64Array): number {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? -1 : 1;
}
