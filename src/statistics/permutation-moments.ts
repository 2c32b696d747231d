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
