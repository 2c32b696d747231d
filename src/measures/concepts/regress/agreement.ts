import { UsageError } from '../../../base/errors.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { spearman } from '../../../statistics/spearman.ts';
import type { Matrix } from '../../../tensor/matrix.ts';

/** How well predicted coefficients of a concept agree with the real ones. */
export interface Agreement {
  /** In [−1, 1]; 0 for a constant prediction, null for a constant concept or fewer than two rows. */
  pearson: number | null;
  spearman: number | null;
  /** What is constant, where something is: nothing is known of a constant concept, a constant prediction knows nothing. */
  constant: 'prediction' | 'concept' | null;
}

/**
 * Pearson's and Spearman's correlation of the real coefficients with the predicted ones. A prediction that is constant, as
 * where no feature got a weight, counts as similarity 0 and is flagged, so that the concepts which the other model cannot
 * predict at all are not dropped; a concept that is constant in these rows stays missing.
 *
 * @throws UsageError when the lengths differ.
 */
export function agreement(real: ArrayLike<number>, predicted: ArrayLike<number>): Agreement {
  if (real.length !== predicted.length)
    throw new UsageError(`There are ${real.length} real coefficients and ${predicted.length} predicted ones.`);
  if (isConstant(real)) return { pearson: null, spearman: null, constant: 'concept' };
  if (isConstant(predicted)) return { pearson: 0, spearman: 0, constant: 'prediction' };
  return { pearson: pearson(real, predicted), spearman: spearman(real, predicted), constant: null };
}

/** {@link agreement} of each column. */
export function agreements(real: Matrix, predicted: Matrix): Agreement[] {
  requireSameShape(real, predicted);
  return Array.from({ length: real.cols }, (_, j) => agreement(column(real, j), column(predicted, j)));
}

/** Column `j`, copied. */
export function column({ rows, cols, data }: Matrix, j: number): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) out[i] = data[i * cols + j]!;
  return out;
}

/** @throws UsageError unless real and predicted coefficients have the same shape. */
export function requireSameShape(real: Matrix, predicted: Matrix): void {
  if (real.rows !== predicted.rows || real.cols !== predicted.cols)
    throw new UsageError(
      `Real coefficients are ${real.rows}×${real.cols}, predicted ones ${predicted.rows}×${predicted.cols}.`,
    );
}

export function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
