import { bootstrapMean } from '../../../statistics/bootstrap.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { column } from '../regress/agreement.ts';
import { checkedResamples, type ResampleOptions, type Uncertain } from '../regress/agreement-bootstrap.ts';

/**
 * Mean of each concept's importance over images with its percentile bootstrap interval, one a concept. All are null without
 * an image; with one there is no interval.
 *
 * @param values Images × concepts.
 * @throws UsageError when an option is out of range.
 */
export function importanceOverImages(values: Matrix, options: ResampleOptions = {}): Uncertain[] {
  const { resamples, level } = checkedResamples(options);
  return Array.from({ length: values.cols }, (_, j) => {
    if (values.rows === 0) return { value: null, low: null, high: null };
    const { mean, low, high } = bootstrapMean(column(values, j), { resamples, level, seed: options.seed ?? 0 });
    return values.rows === 1 ? { value: mean, low: null, high: null } : { value: mean, low, high };
  });
}
