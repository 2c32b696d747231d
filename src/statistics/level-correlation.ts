import { centredRanks } from './contingency.ts';
import type { RankVector } from './ranks.ts';

/** Average ranks of a variable of few whole values, each minus the mean rank, by value; and their Σ of squares. */
export interface LevelRanks {
  /** Centred average rank of each value. */
  centred: Float64Array;
  sumOfSquares: number;
}

/** Ranks values 0 … 255 by counting, without sorting. */
export function rankLevels(levels: Uint8Array): LevelRanks {
  const counts = new Float64Array(256);
  for (let k = 0; k < levels.length; k++) counts[levels[k]!]!++;
  const centred = centredRanks(counts, levels.length);
  let sumOfSquares = 0;
  for (let value = 0; value < 256; value++) sumOfSquares += counts[value]! * centred[value]! ** 2;
  return { centred, sumOfSquares };
}

/** Spearman's ρ of a ranked vector and whole values of the same pairs; null when either is constant. */
export function spearmanWithLevels(ranks: RankVector, levels: Uint8Array, known = rankLevels(levels)): number | null {
  const { centred, sumOfSquares } = known;
  if (ranks.groups < 2 || sumOfSquares === 0) return null;
  let products = 0;
  for (let k = 0; k < levels.length; k++) products += ranks.centred[k]! * centred[levels[k]!]!;
  // The vector's centred ranks are doubled.
  return Math.max(-1, Math.min(1, products / Math.sqrt(ranks.sumOfSquares * sumOfSquares)));
}

/** Partial correlation of x and y given z, from the three correlations; null where z leaves nothing. */
export function partialCorrelation(xy: number, xz: number, yz: number): number | null {
  const left = (1 - xz * xz) * (1 - yz * yz);
  return left > 1e-12 ? (xy - xz * yz) / Math.sqrt(left) : null;
}
