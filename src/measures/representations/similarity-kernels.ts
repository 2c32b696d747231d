import { UsageError } from '../../base/errors.ts';
import type { Matrix64 } from '../../tensor/matrix.ts';

/** Inner products of whole maps and the norms that turn them into other kernels. */
export interface InnerProducts {
  /** Images × images: Σ over positions of ⟨v, w⟩, matched or position by position. */
  linear: Matrix64;
  /** ‖V‖² of the images of the rows and of the columns. */
  rowSquares: Float64Array;
  columnSquares: Float64Array;
  /** Rows and columns are the same images, so that each pair stands twice. */
  symmetric: boolean;
}

export type SimilarityKernel = 'linear' | 'cosine' | 'rbf';

export const SIMILARITY_KERNELS: readonly SimilarityKernel[] = ['linear', 'cosine', 'rbf'];

export interface RbfOptions {
  /**
   * How σ follows from the distances d of all pairs with d ≠ 0.
   * - `code` (default): √(median of d²) + 0.001, as the authors' code computes it.
   * - `literal`: √(median of d), as the paper words it.
   * A number is taken as σ itself. Medians are lower medians: the smaller of the two middle values.
   */
  sigma?: 'code' | 'literal' | number;
  /**
   * `global` (default): one σ for all pairs, so that values can be compared across the matrix. `tile`: one σ for each
   * tile of `tileSize`, as the paper's retrieval experiment has it; ranks across tiles then mix different scales.
   */
  scope?: 'global' | 'tile';
  /** Default 100. */
  tileSize?: number;
}

export interface KernelMatrix {
  kernel: SimilarityKernel;
  matrix: Matrix64;
  /** For `rbf` with one σ: its value, or null if all maps were equal, which makes every similarity 1. */
  sigma?: number | null;
}

/** The kernel matrix of inner products; one matching serves all kernels. */
export function kernelMatrix(
  products: InnerProducts,
  kernel: SimilarityKernel,
  options: RbfOptions = {},
): KernelMatrix {
  switch (kernel) {
    case 'linear':
      return { kernel, matrix: products.linear };
    case 'cosine':
      return { kernel, matrix: cosine(products) };
    case 'rbf':
      return { kernel, ...rbf(products, options) };
    default:
      throw new UsageError(`There is no similarity kernel "${String(kernel)}".`, {
        hint: `Choose one of ${SIMILARITY_KERNELS.join(', ')}.`,
      });
  }
}

/** ⟨V, W⟩ / (‖V‖ ‖W‖) with norms of whole maps; a map of zeros is similar to nothing, not even itself: 0. */
function cosine({ linear, rowSquares, columnSquares, symmetric }: InnerProducts): Matrix64 {
  const { rows, cols } = linear;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      const norms = Math.sqrt(rowSquares[i]!) * Math.sqrt(columnSquares[j]!);
      const value = norms > 0 ? linear.data[i * cols + j]! / norms : 0;
      data[i * cols + j] = symmetric && i === j && norms > 0 ? 1 : Math.max(-1, Math.min(1, value));
    }
  return { rows, cols, data };
}

/** ‖V − W‖² = ‖V‖² + ‖W‖² − 2⟨V, W⟩; rounding below 0 counts as 0. */
function squaredDistances({ linear, rowSquares, columnSquares, symmetric }: InnerProducts): Matrix64 {
  const { rows, cols } = linear;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++)
      data[i * cols + j] =
        symmetric && i === j ? 0 : Math.max(0, rowSquares[i]! + columnSquares[j]! - 2 * linear.data[i * cols + j]!);
  return { rows, cols, data };
}

/** exp(−d² / 2σ²). */
function rbf(
  products: InnerProducts,
  { sigma = 'code', scope = 'global', tileSize = 100 }: RbfOptions,
): { matrix: Matrix64; sigma?: number | null } {
  const distances = squaredDistances(products);
  const { rows, cols } = distances;
  if (scope === 'global' || typeof sigma === 'number') {
    const width =
      typeof sigma === 'number' ? requireSigma(sigma) : rbfSigma(pairsOf(distances, products.symmetric), sigma);
    return { matrix: { rows, cols, data: distances.data.map((d2) => rbfValue(d2, width)) }, sigma: width };
  }
  if (!(Number.isInteger(tileSize) && tileSize > 0))
    throw new UsageError(`tileSize must be a whole number above 0; found ${tileSize}.`);
  const data = new Float64Array(rows * cols);
  for (let top = 0; top < rows; top += tileSize)
    for (let left = 0; left < cols; left += tileSize) {
      const tile = cut(distances, top, left, tileSize);
      // A tile on the diagonal holds its pairs twice, which would not change the lower median either.
      const width = rbfSigma(pairsOf(tile, products.symmetric && top === left), sigma);
      for (let i = 0; i < tile.rows; i++)
        for (let j = 0; j < tile.cols; j++)
          data[(top + i) * cols + left + j] = rbfValue(tile.data[i * tile.cols + j]!, width);
    }
  return { matrix: { rows, cols, data } };
}

/**
 * The width of the RBF kernel by a median rule over squared distances, each pair once; those that are exactly 0 are left
 * out. Null if none is left.
 */
export function rbfSigma(squared: Float64Array, rule: 'code' | 'literal'): number | null {
  const sorted = squared.filter((d2) => d2 !== 0).sort();
  if (sorted.length === 0) return null;
  const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return rule === 'code' ? Math.sqrt(median) + 1e-3 : Math.sqrt(Math.sqrt(median));
}

function rbfValue(d2: number, sigma: number | null): number {
  return sigma === null ? 1 : Math.exp((-0.5 * d2) / (sigma * sigma));
}

function pairsOf({ rows, cols, data }: Matrix64, symmetric: boolean): Float64Array {
  if (!symmetric) return data;
  const pairs = new Float64Array((rows * (rows - 1)) / 2);
  for (let i = 0, k = 0; i < rows; i++) for (let j = 0; j < i; j++) pairs[k++] = data[i * cols + j]!;
  return pairs;
}

function cut({ rows, cols, data }: Matrix64, top: number, left: number, size: number): Matrix64 {
  const height = Math.min(size, rows - top);
  const width = Math.min(size, cols - left);
  const out = new Float64Array(height * width);
  for (let i = 0; i < height; i++)
    out.set(data.subarray((top + i) * cols + left, (top + i) * cols + left + width), i * width);
  return { rows: height, cols: width, data: out };
}

function requireSigma(sigma: number): number {
  if (!(sigma > 0)) throw new UsageError(`σ must be above 0; found ${sigma}.`);
  return sigma;
}
