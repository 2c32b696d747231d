import { UsageError } from '../../base/errors.ts';
import type { Matrix64 } from '../../tensor/matrix.ts';
import { ssad } from './alignment.ts';
import { ALIGNMENT_MEASURES, type AlignmentMeasure, eachMeasure } from './alignment-measures/alignment-measures.ts';
import { prepareSimilarity } from './prepared-similarity.ts';

/** How well a perfect model of a reference could align with it, which is known as well as its parts agree. */
export interface NoiseCeiling {
  /** Mean alignment of each part with the mean of the others: what a perfect model reaches at least. */
  lower: number | null;
  /** Mean alignment of each part with the mean of all, itself included: what none can pass but by chance. */
  upper: number | null;
}

/**
 * Noise ceiling of a reference that is the mean of several similarity matrices, such as those of people or of embeddings
 * fitted anew (Nili et al. 2014).
 *
 * @param parts C×C each, of the same classes.
 * @throws UsageError for fewer than two parts.
 */
export function noiseCeiling(parts: readonly Matrix64[]): Record<AlignmentMeasure, NoiseCeiling> {
  const count = parts.length;
  if (count < 2) throw new UsageError(`A noise ceiling needs at least 2 similarity matrices; found ${count}.`);
  const sum = parts[0]!.data.slice();
  for (const { data } of parts.slice(1)) for (let k = 0; k < sum.length; k++) sum[k]! += data[k]!;
  const { rows, cols } = parts[0]!;
  const prepared = (data: Float64Array) => prepareSimilarity({ rows, cols, data });
  const all = prepared(sum.map((value) => value / count));
  const totals = eachMeasure(() => ({ lower: [] as number[], upper: [] as number[] }));
  for (const part of parts) {
    const own = prepared(part.data);
    const others = prepared(sum.map((value, k) => (value - part.data[k]!) / (count - 1)));
    const [lower, upper] = [ssad(own, others), ssad(own, all)];
    for (const measure of ALIGNMENT_MEASURES) {
      if (lower[measure] !== null) totals[measure].lower.push(lower[measure]);
      if (upper[measure] !== null) totals[measure].upper.push(upper[measure]);
    }
  }
  const mean = (values: readonly number[]): number | null =>
    values.length < count ? null : values.reduce((a, b) => a + b, 0) / count;
  return eachMeasure((measure) => ({ lower: mean(totals[measure].lower), upper: mean(totals[measure].upper) }));
}
