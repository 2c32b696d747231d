import { UsageError } from '../base/errors.ts';
import { createRandom } from './random.ts';

export interface MeanBootstrapOptions {
  /** Resamples; default 1000. */
  resamples?: number;
  /** Default 0.95. */
  level?: number;
  /** Default 0. */
  seed?: number;
}

export interface BootstrapInterval {
  mean: number;
  low: number;
  high: number;
  level: number;
  resamples: number;
  seed: number;
  /** How many values the mean is of. */
  count: number;
}

/**
 * Mean and percentile bootstrap interval (Efron 1979) of independent values, such as the scores of queries.
 *
 * @throws UsageError without values, or on options out of range.
 */
export function bootstrapMean(values: ArrayLike<number>, options: MeanBootstrapOptions = {}): BootstrapInterval {
  const { resamples = 1000, level = 0.95, seed = 0 } = options;
  const count = values.length;
  if (count === 0) throw new UsageError('A bootstrap interval needs at least one value.');
  if (!(Number.isInteger(resamples) && resamples > 0) || !(level > 0 && level < 1))
    throw new UsageError(`resamples must be above 0 and level within (0, 1); found ${resamples} and ${level}.`);
  const random = createRandom(seed);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[random.below(count)]!;
    means[r] = sum / count;
  }
  means.sort();
  const at = (q: number): number => means[Math.min(resamples - 1, Math.max(0, Math.round(q * (resamples - 1))))]!;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return { mean: sum / count, low: at((1 - level) / 2), high: at((1 + level) / 2), level, resamples, seed, count };
}
