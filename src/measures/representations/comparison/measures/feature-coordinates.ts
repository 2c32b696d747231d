import { IncomparableError, UsageError } from '../../../../base/errors.ts';
import { thinProducts } from '../../../../kernels/thin-products/thin-products.ts';
import { jacobiSvd } from '../../../../statistics/linear-algebra/jacobi-svd.ts';
import type { Matrix, Matrix64 } from '../../../../tensor/matrix.ts';

/** Vectors of images, centred, by their singular value decomposition X = U·diag(s)·Vᵀ; made once for a layer. */
export interface FeatureCoordinates {
  images: number;
  /** Images × channels, each channel with mean 0. */
  centred: Matrix64;
  /** Rank × images: the left singular vectors, one a row, an orthonormal basis of what the channels span. */
  left: Matrix64;
  /** Largest first, above max(images, channels)·ε·s₀. */
  values: Float64Array;
  /** Number of dimensions that vary, at most images − 1; 0 of features that do not vary. */
  rank: number;
  /** Σs², the squared Frobenius norm. */
  squares: number;
}

/**
 * @param features images × channels, at least 2 images
 * @throws UsageError for fewer images
 */
export function featureCoordinates(features: Matrix): FeatureCoordinates {
  const { rows: n, cols } = features;
  if (n < 2) throw new UsageError(`Comparing features needs at least 2 images; found ${n}.`);
  const { centred, largest } = withoutMeans(features);
  const { vectors, all } = leftVectors(centred);
  // Rounding of the mean is all that remains of a channel that does not vary.
  const least = Math.max(n, cols) * Number.EPSILON * Math.max(all[0] ?? 0, largest * Number.EPSILON);
  const rank = Math.min(n - 1, all.findLastIndex((value) => value > least) + 1);
  const left: Matrix64 = { rows: rank, cols: n, data: new Float64Array(rank * n) };
  for (let r = 0; r < rank; r++) left.data.set(vectors[r]!, r * n);
  const values = all.slice(0, rank);
  return { images: n, centred, left, values, rank, squares: values.reduce((sum, value) => sum + value * value, 0) };
}

function withoutMeans({ rows, cols, data }: Matrix): { centred: Matrix64; largest: number } {
  const centred: Matrix64 = { rows, cols, data: Float64Array.from(data) };
  let largest = 0;
  for (const value of centred.data) largest = Math.max(largest, Math.abs(value));
  for (let c = 0; c < cols; c++) {
    const first = centred.data[c]!;
    let constant = true;
    // Relative to the first value, so that a channel that does not vary becomes exactly 0.
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const deviation = centred.data[i * cols + c]! - first;
      constant &&= deviation === 0;
      sum += deviation;
    }
    const mean = first + sum / rows;
    for (let i = 0; i < rows; i++) centred.data[i * cols + c] = constant ? 0 : centred.data[i * cols + c]! - mean;
  }
  return { centred, largest };
}

/** All left singular vectors, by Jacobi rotations of the shorter side. */
function leftVectors({ rows, cols, data }: Matrix64): { vectors: Float64Array[]; all: Float64Array } {
  if (rows <= cols) {
    const images = Array.from({ length: rows }, (_, i) => data.subarray(i * cols, (i + 1) * cols));
    const { right, values } = jacobiSvd(images, cols);
    return { vectors: right, all: values };
  }
  const channels = Array.from({ length: cols }, (_, c) =>
    Float64Array.from({ length: rows }, (_, i) => data[i * cols + c]!),
  );
  const { left, values } = jacobiSvd(channels, rows);
  return { vectors: left, all: values };
}

/** Two sets of features of the same images with UₐᵀUᵦ, the cosines between their dimensions. */
export interface FeaturePair {
  a: FeatureCoordinates;
  b: FeatureCoordinates;
  /** Rank of a × rank of b. */
  cross: Matrix64;
}

/** @throws IncomparableError for different numbers of images. */
export function featurePair(a: FeatureCoordinates, b: FeatureCoordinates): FeaturePair {
  const n = a.images;
  if (b.images !== n) throw new IncomparableError(`Both sides must be of the same images; found ${n} and ${b.images}.`);
  const cross: Matrix64 = { rows: a.rank, cols: b.rank, data: new Float64Array(a.rank * b.rank) };
  if (a.rank > 0 && b.rank > 0) thinProducts(a.left, b.rank).multiply(b.left.data, b.rank, cross.data);
  return { a, b, cross };
}

/** The same pair, the other way round. */
export function swapped({ a, b, cross: { rows, cols, data } }: FeaturePair): FeaturePair {
  const cross: Matrix64 = { rows: cols, cols: rows, data: new Float64Array(data.length) };
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) cross.data[j * rows + i] = data[i * cols + j]!;
  return { a: b, b: a, cross };
}
