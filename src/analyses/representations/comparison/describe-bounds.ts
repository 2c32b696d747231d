import type { InnerProducts } from '../../../measures/representations/similarity-kernels.ts';
import { quantile } from '../../../statistics/quantile.ts';
import type { RepresentationLayerEntry } from '../../../study/representations-section.ts';
import type { MatchSettings } from '../matching/match-settings.ts';

/** How far the upper bounds of the matched sums lie above them, over pairs of different images. */
export function describeBounds(
  { linear: { rows, data: values } }: InnerProducts,
  { linear: { data: bounds } }: InnerProducts,
  { gap, prototypes }: MatchSettings,
): NonNullable<RepresentationLayerEntry['bounds']> {
  const gaps: number[] = [];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < i; j++) {
      const [value, bound] = [values[i * rows + j]!, bounds[i * rows + j]!];
      // Of a bound that is not positive no part can be taken: what is equal is known, all else is not.
      gaps.push(bound > 0 ? (bound - value) / bound : bound === value ? 0 : Number.POSITIVE_INFINITY);
    }
  const known = Float64Array.from(gaps.filter(Number.isFinite));
  return {
    gap,
    prototypes,
    pairs: gaps.length,
    within: gap >= 1 ? gaps.length : gaps.filter((found) => found <= gap).length,
    median: known.length > 0 ? quantile(known, 0.5) : null,
    largest: known.length === gaps.length && known.length > 0 ? quantile(known, 1) : null,
  };
}
