import type { MatchTileOptions } from '../../../measures/representations/matching/match-tile.ts';
import type { PlainOptions } from '../option-table.ts';

/** What says how places are matched. */
export type MatchSettings = Pick<PlainOptions, 'method' | 'batchSize' | 'normOrder' | 'topk' | 'gap' | 'prototypes'>;

/** The options of the matching among those of an analysis. */
export function matchSettings({
  method,
  batchSize,
  normOrder,
  topk,
  gap,
  prototypes,
}: MatchSettings): MatchSettings & MatchTileOptions {
  return { method, batchSize, normOrder, topk, gap, prototypes };
}
