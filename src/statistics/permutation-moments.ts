import { offDiagonalSums } from '../kernels/off-diagonal-sums/off-diagonal-sums.ts';
import type { KernelOptions } from '../kernels/shared/wasm-kernel.ts';
import type { Matrix } from '../tensor/matrix.ts';

/**
 * What the permutation moments need of one matrix: sums over its off-diagonal entries after their mean is taken off.
 * Computed once for each matrix, then shared by every pair that it is in.
 */
export interface PermutationSums {
  /** Number of classes. */
  n: number;
  mean: number;
  /** Σ (entry − mean)². */
  squares: number;
  /** Σ of each centred entry times its mirror image; equals `squares` for a symmetric matrix. */
  mirrored: number;
  /** Σ over rows of the squared sum of the row. */
  rowSquares: number;
  /** Σ over columns of the squared sum of the column. */
  columnSquares: number;
  /** Σ over classes of row sum times column sum. */
  rowColumn: number;
}

/**
 * The sums of an n×n matrix from which the diagonal was removed: row i holds the n − 1 entries of the other classes in
 * order.
 */
export function permutationSums(offDiagonal: Matrix, options: KernelOptions = {}): PermutationSums {
  const [mean, squares, mirrored, rowSquares, columnSquares, rowColumn] = offDiagonalSums(offDiagonal, options);
  return { n: offDiagonal.rows, mean, squares, mirrored, rowSquares, columnSquares, rowColumn };
}

/**
 * The sums of a symmetric matrix of n classes known by its n(n − 1)/2 entries above the diagonal, row by row; or, where
 * there are too many entries to hold, by what {@link sumsOfRows} needs of them.
 */
export function symmetricPermutationSums(pairs: ArrayLike<number>, n: number): PermutationSums {
  const rowSums = new Float64Array(n);
  let squares = 0;
  let k = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const value = pairs[k++]!;
      rowSums[i]! += value;
      rowSums[j]! += value;
      squares += value * value;
    }
  return sumsOfRows(rowSums, 2 * squares);
}

/**
 * The sums of a symmetric matrix known by the sum of each of its rows without the diagonal, and by the sum of the
 * squares of all its off-diagonal entries.
 */
export function sumsOfRows(rowSums: Float64Array, allSquares: number): PermutationSums {
  const n = rowSums.length;
  let total = 0;
  for (let i = 0; i < n; i++) total += rowSums[i]!;
  const mean = total / (n * (n - 1));
  let rowSquares = 0;
  for (let i = 0; i < n; i++) rowSquares += (rowSums[i]! - (n - 1) * mean) ** 2;
  const squares = Math.max(0, allSquares - n * (n - 1) * mean * mean);
  return { n, mean, squares, mirrored: squares, rowSquares, columnSquares: rowSquares, rowColumn: rowSquares };
}

/**
 * Exact mean and standard deviation of Σ aᵢⱼ·bᵢⱼ over all n! orders of the classes of one of the two matrices (Mantel
 * 1967, here for matrices that need not be symmetric). What permuting at random only estimates, in time n².
 *
 * Two entries of one matrix can share no class, one (four ways) or both (two ways). A permutation keeps which case a
 * pair of entries is in and is otherwise uniform, so the second moment is the sum over the cases of (sum in a) × (sum
 * in b) ÷ (number of pairs).
 */
export function permutationMoments(a: PermutationSums, b: PermutationSums): { mean: number; sd: number } {
  const n = a.n;
  const entries = n * (n - 1);
  const triples = entries * (n - 2);
  const quadruples = triples * (n - 3);
  const casesA = coincidences(a);
  const casesB = coincidences(b);
  let variance = (casesA.same * casesB.same + casesA.mirrored * casesB.mirrored) / entries;
  if (triples > 0)
    variance += (casesA.row * casesB.row + casesA.column * casesB.column + 2 * casesA.chain * casesB.chain) / triples;
  if (quadruples > 0) variance += (casesA.apart * casesB.apart) / quadruples;
  return { mean: a.mean * b.mean * entries, sd: Math.sqrt(Math.max(0, variance)) };
}

/** Sums of products of two centred entries, by what the two have in common. All together they sum to 0. */
function coincidences(sums: PermutationSums) {
  const row = sums.rowSquares - sums.squares;
  const column = sums.columnSquares - sums.squares;
  const chain = sums.rowColumn - sums.mirrored;
  const apart = -(sums.squares + sums.mirrored + row + column + 2 * chain);
  return { same: sums.squares, mirrored: sums.mirrored, row, column, chain, apart };
}
