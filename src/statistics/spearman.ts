import { UsageError } from '../base/errors.ts';
import type { KernelOptions } from '../kernels/shared/wasm-kernel.ts';
import { exactDot, prepareRanks, type RankVector } from './ranks.ts';

/**
 * Spearman's ρ of two ranked vectors: the Pearson correlation of their average ranks (Spearman 1904), as SciPy's
 * `spearmanr` has it. In [−1, 1]; exactly 1 for a vector with itself; null when either is constant.
 *
 * @throws UsageError when the lengths differ.
 */
export function spearmanOfRanks(a: RankVector, b: RankVector): number | null {
  requireEqualLengths(a.n, b.n);
  if (a.groups < 2 || b.groups < 2) return null;
  const rho = exactDot(a.centred, b.centred) / Math.sqrt(a.sumOfSquares * b.sumOfSquares);
  return Math.max(-1, Math.min(1, rho));
}

/** Spearman's ρ of two vectors; see {@link spearmanOfRanks}. Rank each once when there are many to compare. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>, options: KernelOptions = {}): number | null {
  requireEqualLengths(a.length, b.length);
  return spearmanOfRanks(prepareRanks(a, options), prepareRanks(b, options));
}

/** @throws UsageError unless both lengths are equal. */
export function requireEqualLengths(a: number, b: number): void {
  if (a !== b) throw new UsageError(`A correlation needs two vectors of equal length; found ${a} and ${b} values.`);
}
