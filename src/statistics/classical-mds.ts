import { UsageError } from '../base/errors.ts';
import type { Matrix, Matrix64 } from '../tensor/matrix.ts';
import { createRandom } from './random.ts';

/** Points in few dimensions whose distances come as near as possible to those given. */
export interface ClassicalScaling {
  /** n × dimensions; each column is centred, the first holds most of the variance. */
  points: Matrix64;
  /** Share of the positive variance that each dimension holds, in [0, 1]. */
  shares: Float64Array;
}

const SEED = 0x6d6473;
const SWEEPS = 300;
const TOLERANCE = 1e-12;
/** Vectors beyond those asked for: they make it converge sooner, and hold what is negative and large. */
const SPARE = 6;

/**
 * Classical multidimensional scaling of an inner-product matrix (Torgerson 1952): the leading eigenvectors of its double
 * centring, each times the root of its eigenvalue. Of cosines it is the principal component analysis of the normalised
 * vectors. By orthogonal iteration from a seeded start; the sign of a column makes its largest entry positive.
 *
 * @param kernel n×n, symmetric; a similarity of which the diagonal is that of each item with itself
 * @throws UsageError when it is not square or has fewer items than dimensions.
 */
export function classicalScaling(kernel: Matrix, dimensions = 2): ClassicalScaling {
  const { rows: n, cols } = kernel;
  if (n !== cols) throw new UsageError(`Scaling needs a square matrix; found ${n}×${cols}.`);
  if (n <= dimensions) throw new UsageError(`Scaling into ${dimensions} dimensions needs more than ${n} items.`);
  const centred = doubleCentred(kernel);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += centred[i * n + i]!;
  const { vectors, values } = leading(centred, n, dimensions);
  const points: Matrix64 = { rows: n, cols: dimensions, data: new Float64Array(n * dimensions) };
  for (let k = 0; k < dimensions; k++) {
    const scale = Math.sqrt(Math.max(0, values[k]!)) * signOf(vectors, n, dimensions, k);
    for (let i = 0; i < n; i++) points.data[i * dimensions + k] = vectors[i * dimensions + k]! * scale;
  }
  return { points, shares: values.map((value) => (trace > 0 ? Math.min(1, Math.max(0, value) / trace) : 0)) };
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

/** The eigenvectors (n × k) of the largest eigenvalues among the k + SPARE of largest magnitude. */
function leading(matrix: Float64Array, n: number, k: number): { vectors: Float64Array; values: Float64Array } {
  const width = Math.min(n, k + SPARE);
  const random = createRandom(SEED);
  let basis: Float64Array = Float64Array.from({ length: n * width }, () => random.next() - 0.5);
  orthonormalise(basis, n, width);
  let values: Float64Array = new Float64Array(width);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const image = multiply(matrix, basis, n, width);
    const found = new Float64Array(width);
    for (let j = 0; j < width; j++)
      for (let i = 0; i < n; i++) found[j]! += basis[i * width + j]! * image[i * width + j]!;
    const change = found.reduce((most, value, j) => (j < k ? Math.max(most, Math.abs(value - values[j]!)) : most), 0);
    values = found;
    if (sweep > 3 && change <= TOLERANCE * Math.max(1e-300, Math.abs(found[0]!))) break;
    basis = image;
    orthonormalise(basis, n, width);
  }
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, k);
  const vectors = new Float64Array(n * k);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * k + to] = basis[i * width + from]!;
  });
  return { vectors, values: Float64Array.from(order, (j) => values[j]!) };
}

function multiply(matrix: Float64Array, basis: Float64Array, n: number, width: number): Float64Array {
  const out = new Float64Array(n * width);
  for (let i = 0; i < n; i++)
    for (let m = 0; m < n; m++) {
      const factor = matrix[i * n + m]!;
      for (let j = 0; j < width; j++) out[i * width + j]! += factor * basis[m * width + j]!;
    }
  return out;
}

/** Gram–Schmidt over the columns, in place, twice for accuracy. A column within those before it becomes 0. */
function orthonormalise(basis: Float64Array, n: number, width: number): void {
  const norm = (j: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += basis[i * width + j]! ** 2;
    return Math.sqrt(sum);
  };
  for (let j = 0; j < width; j++) {
    const before = norm(j);
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < j; other++) {
        let dot = 0;
        for (let i = 0; i < n; i++) dot += basis[i * width + j]! * basis[i * width + other]!;
        for (let i = 0; i < n; i++) basis[i * width + j]! -= dot * basis[i * width + other]!;
      }
    const after = norm(j);
    const scale = after > 1e-12 * before ? 1 / after : 0;
    for (let i = 0; i < n; i++) basis[i * width + j]! *= scale;
  }
}

function signOf(vectors: Float64Array, n: number, k: number, column: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++)
    if (Math.abs(vectors[i * k + column]!) > Math.abs(largest)) largest = vectors[i * k + column]!;
  return largest < 0 ? -1 : 1;
}
