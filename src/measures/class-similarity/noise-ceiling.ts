import { UsageError } from '../../base/errors.ts';
import type { Matrix, Matrix64 } from '../../tensor/matrix.ts';
import { ssad } from './alignment.ts';
import {
  ALIGNMENT_MEASURE_LIST,
  type AlignmentMeasure,
  eachMeasure,
  type MeasureValues,
} from './alignment-measures/alignment-measures.ts';
import { symmetric } from './alignment-measures/pair-permutation.ts';
import { missingClasses, type PreparedSimilarity, prepareSimilarity } from './prepared-similarity.ts';

/**
 * Between what the mean alignment of a perfect model with the parts of a reference lies. It bounds that mean
 * ({@link meanAlignment}), not the alignment with the mean of the parts, which is higher: their noise averages out of it.
 */
export interface NoiseCeiling {
  /** Mean alignment of each part with the others pooled: what a perfect model reaches at least, on average. */
  lower: number | null;
  /**
   * Mean alignment of each part with all pooled, itself included. No model has a higher mean cosine; where neither it nor a
   * part has equal entries, none has a higher mean ρ. For τ-b, whose best order is not known, it is near the maximum.
   */
  upper: number | null;
}

/**
 * Noise ceiling of a reference that is the mean of several similarity matrices, such as those of people or of embeddings
 * fitted anew (Nili et al. 2014). What is pooled is what the measure sees: for the cosine the entries less their
 * minimum as vectors of length 1, for ρ and τ-b the ranks.
 *
 * @param parts C×C each, of the same classes; a class that one of them lacks is left out of all.
 * @throws UsageError for fewer than two parts, and for matrices that are not symmetric or not finite.
 */
export function noiseCeiling(parts: readonly Matrix64[]): Record<AlignmentMeasure, NoiseCeiling> {
  const count = parts.length;
  if (count < 2) throw new UsageError(`A noise ceiling needs at least 2 similarity matrices; found ${count}.`);
  const exclude = new Set(parts.flatMap(missingClasses));
  const prepared = parts.map((part) => prepareSimilarity(part, { exclude }));
  const ceilings = eachMeasure((): NoiseCeiling => ({ lower: null, upper: null }));
  for (const direction of new Set(ALIGNMENT_MEASURE_LIST.map((measure) => measure.direction))) {
    const found = prepared.map(direction);
    const directions = found.filter((entries) => entries !== null);
    if (directions.length < count) continue;
    const sum = new Float64Array(directions[0]!.length);
    for (const entries of directions) for (let k = 0; k < sum.length; k++) sum[k]! += entries[k]!;
    const all = withPairs(sum, prepared[0]!);
    const lower = eachMeasure((): (number | null)[] => []);
    const upper = eachMeasure((): (number | null)[] => []);
    const measures = ALIGNMENT_MEASURE_LIST.filter((measure) => measure.direction === direction);
    for (const [part, a] of prepared.entries()) {
      const others = withPairs(
        sum.map((value, k) => value - directions[part]![k]!),
        a,
      );
      for (const { id, value } of measures) {
        lower[id].push(value({ kind: 'ssad', a, b: others, options: {} }));
        upper[id].push(value({ kind: 'ssad', a, b: all, options: {} }));
      }
    }
    for (const { id } of measures) ceilings[id] = { lower: meanOf(lower[id]), upper: meanOf(upper[id]) };
  }
  return ceilings;
}

/**
 * Mean over the parts of a reference of a model's alignment ({@link ssad}) with each: what its {@link noiseCeiling} bounds.
 *
 * @param model C×C similarity of the classes of the parts; those that it lacks are left out.
 * @throws IncomparableError when the matrices are of different sizes.
 */
export function meanAlignment(model: Matrix, parts: readonly PreparedSimilarity[]): MeasureValues {
  const own = prepareSimilarity(model);
  const found = parts.map((part) => ssad(own, part));
  return eachMeasure((measure) => meanOf(found.map((values) => values[measure])));
}

/**
 * A sum of directions as a similarity. The cosine takes the smallest entry off all of them; where that alone is set to 0,
 * nothing is taken off and the others keep the direction that agrees best. Ranks, with a negative sum there, stay.
 */
function withPairs(sum: Float64Array, { kept }: PreparedSimilarity): PreparedSimilarity {
  let least = 0;
  for (let k = 1; k < sum.length; k++) if (sum[k]! < sum[least]!) least = k;
  const pairs = sum.slice();
  pairs[least] = Math.min(0, pairs[least]!);
  return prepareSimilarity({ rows: kept.length, cols: kept.length, data: symmetric(pairs, kept.length) });
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : known.reduce((a, b) => a + b, 0) / known.length;
}
