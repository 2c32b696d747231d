import { UsageError } from '../base/errors.ts';
import { prepareRanks } from './ranks.ts';

export interface Separation {
  /** Probability that a value of the first group exceeds one of the second, ties by half; 0.5 is chance. */
  auc: number;
  /** Difference of means over the root of the mean variance; null if neither group varies. */
  dPrime: number | null;
}

/**
 * How far one group of values lies above another: area under the ROC curve (Mann–Whitney U) and d′.
 *
 * @throws UsageError if a group is empty or holds NaN.
 */
export function separation(above: ArrayLike<number>, below: ArrayLike<number>): Separation {
  const m = above.length;
  const n = below.length;
  if (m === 0 || n === 0) throw new UsageError(`Both groups need values; found ${m} and ${n}.`);
  const all = new Float64Array(m + n);
  all.set(Float64Array.from(above));
  all.set(Float64Array.from(below), m);
  const { centred } = prepareRanks(all);
  let rankSum = 0;
  for (let i = 0; i < m; i++) rankSum += (centred[i]! + m + n + 1) / 2;
  const first = moments(all.subarray(0, m));
  const second = moments(all.subarray(m));
  const spread = Math.sqrt((first.variance + second.variance) / 2);
  return {
    auc: (rankSum - (m * (m + 1)) / 2) / (m * n),
    dPrime: spread > 0 ? (first.mean - second.mean) / spread : null,
  };
}

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: values.length > 1 ? squares / (values.length - 1) : 0 };
}
