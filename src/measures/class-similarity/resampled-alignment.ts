import type { AlignmentKind } from './alignment-measures/alignment-measure.ts';
import { type AlignmentMeasure, eachMeasure, type MeasureValues } from './alignment-measures/alignment-measures.ts';
import {
  collectWeighted,
  orderPairs,
  type ReferenceWeights,
  weighReference,
  weightedPairs,
} from './alignment-measures/resample.ts';
import type { PreparedSimilarity } from './prepared-similarity.ts';

/**
 * The measures of each model with the reference when class i is taken `multiplicities[i]` times and pairs of a class
 * with itself are left out.
 */
export type ResampledAlignment = (multiplicities: Uint32Array) => MeasureValues[];

/**
 * Prepares alignment under resampling of classes. The pairs stay in the order in which they were sorted once; a
 * resample only changes their weights, so it costs one pass and no sorting. All on the same classes, at most 65,536.
 */
export function resampledAlignment(
  kind: AlignmentKind,
  models: readonly PreparedSimilarity[],
  reference: PreparedSimilarity,
  measures: readonly AlignmentMeasure[],
): ResampledAlignment {
  const weighted = weightedPairs(reference.ranks.n);
  const prepared = models.map((similarity) => {
    const ordered = orderPairs(similarity, reference);
    const resampled = eachMeasure((id, measure) =>
      measures.includes(id) ? measure.resampled(kind, ordered, reference) : undefined,
    );
    return { ordered, resampled };
  });
  return (multiplicities) => {
    let weights: ReferenceWeights | undefined;
    const weigh = (): ReferenceWeights => {
      weights ??= weighReference(reference, multiplicities);
      return weights;
    };
    return prepared.map(({ ordered, resampled }) => {
      let collected = false;
      const pairs = () => {
        if (!collected) collectWeighted(ordered, multiplicities, weighted);
        collected = true;
        return weighted;
      };
      return eachMeasure((id) => resampled[id]?.({ multiplicities, weights: weigh, pairs }) ?? null);
    });
  };
}
