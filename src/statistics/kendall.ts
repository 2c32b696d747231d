import { discordantPairs } from '../kernels/discordant-pairs/discordant-pairs.ts';
import type { KernelOptions } from '../kernels/shared/wasm-kernel.ts';
import { prepareRanks, type RankVector } from './ranks.ts';
import { requireEqualLengths } from './spearman.ts';

/**
 * Kendall's τ-b of two ranked vectors (Kendall 1945), as SciPy's `kendalltau`: concordant minus discordant pairs over
 * √((N − Tₐ)(N − T_b)) with N pairs in all and T tied ones. O(n log n) (Knight 1966). In [−1, 1]; exactly 1 for a vector
 * with itself; null when either is constant.
 *
 * @throws UsageError when the lengths differ.
 */
export function kendallOfRanks(a: RankVector, b: RankVector, options: KernelOptions = {}): number | null {
  requireEqualLengths(a.n, b.n);
  if (a.groups < 2 || b.groups < 2) return null;
  const { discordant, tiedInBoth } = discordantPairs(a, b, options);
  return tauB(a.n, a.tiedPairs, b.tiedPairs, discordant, tiedInBoth);
}

/** τ-b from counts of pairs: tied in a, tied in b, discordant, and tied in both; neither vector may be constant. */
export function tauB(n: number, tiedA: number, tiedB: number, discordant: number, tiedInBoth: number): number {
  const pairs = (n * (n - 1)) / 2;
  const concordantMinusDiscordant = pairs - tiedA - tiedB + tiedInBoth - 2 * discordant;
  return Math.max(-1, Math.min(1, concordantMinusDiscordant / Math.sqrt((pairs - tiedA) * (pairs - tiedB))));
}

/** Kendall's τ-b of two vectors; see {@link kendallOfRanks}. Rank each once when there are many to compare. */
export function kendall(a: ArrayLike<number>, b: ArrayLike<number>, options: KernelOptions = {}): number | null {
  requireEqualLengths(a.length, b.length);
  return kendallOfRanks(prepareRanks(a, options), prepareRanks(b, options), options);
}
