import type { MatchTileOptions } from '../../../measures/representations/matching/match-tile.ts';
import type { MatchingMethod } from '../../../measures/representations/matching/matching-methods.ts';
import type { MethodChoice, PlainOptions } from '../option-table.ts';

/**
 * Positions up to which `auto` is the exact optimum. Windows of 512 take a tenth of its time from some 3,000 positions on but
 * lose up to 9 % of the optimum on real maps; above 4,096 a pair takes a second or more, and its affinity over 64 MB
 * (bench/default-matching.bench.mjs).
 */
export const EXACT_POSITIONS = 4096;

/** The method that maps of so many positions are matched by. */
export function settledMethod(method: MethodChoice, positions: number): MatchingMethod {
  if (method !== 'auto') return method;
  return positions <= EXACT_POSITIONS ? 'optimal' : 'batch-optimal';
}

/** The one method of maps of so many positions each, or `auto` where they have not one. */
export function methodOfAll(method: MethodChoice, positions: readonly number[]): MethodChoice {
  const methods = new Set(positions.map((count) => settledMethod(method, count)));
  return methods.size === 1 ? [...methods][0]! : method;
}

/** What says how places are matched. */
export type MatchSettings = Pick<PlainOptions, 'method' | 'batchSize' | 'normOrder' | 'topk' | 'gap' | 'prototypes'>;

/** The options of the matching among those of an analysis, for maps of so many positions. */
export function matchSettings(
  { method, batchSize, normOrder, topk, gap, prototypes }: MatchSettings,
  positions: number,
): MatchSettings & MatchTileOptions & { method: MatchingMethod } {
  return { method: settledMethod(method, positions), batchSize, normOrder, topk, gap, prototypes };
}
