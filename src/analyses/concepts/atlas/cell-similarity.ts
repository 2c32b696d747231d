import { meanOf } from '../../../measures/concepts/regress/concept-similarity.ts';
import { basicInterval } from '../../../statistics/bootstrap-interval.ts';
import type { AtlasCell } from '../../../study/concepts/atlas-section.ts';
import type { AtlasConcept } from './atlas-class.ts';

/** A concept's similarity given a model, and the same over resamples of images; NaN where it is constant in one. */
export interface DrawnSimilarity {
  similarity: AtlasConcept['similarity'][number];
  draws: ArrayLike<number>;
}

/**
 * Mean similarity of concepts given a model, with its interval over images: of one concept its own (BCa), of several the basic
 * one of their mean, as everywhere. A concept without a similarity is left out.
 */
export function cellSimilarity(
  concepts: readonly DrawnSimilarity[],
  level: number,
): Pick<AtlasCell, 'similarity' | 'low' | 'high'> {
  const known = concepts.filter(({ similarity }) => similarity.value !== null);
  if (known.length === 1) {
    const { value, low, high } = known[0]!.similarity;
    return { similarity: value, low, high };
  }
  const value = meanOf(known.map(({ similarity }) => similarity.value));
  if (value === null) return { similarity: null, low: null, high: null };
  const means = Float64Array.from(known[0]!.draws, (_, r) => {
    let [sum, count] = [0, 0];
    for (const { draws } of known) {
      const draw = draws[r]!;
      if (Number.isNaN(draw)) continue;
      sum += draw;
      count++;
    }
    return sum / count;
  });
  const interval = basicInterval(value, means, level, { least: -1, most: 1 });
  return { similarity: value, low: interval?.low ?? null, high: interval?.high ?? null };
}
