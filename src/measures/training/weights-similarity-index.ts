import { UsageError } from '../../base/errors.ts';
import { quantileInPlace } from '../../statistics/quantile.ts';
import type { Matrix } from '../../tensor/matrix.ts';
import { remainingClasses } from './confusion.ts';

/** Quantile that the text of the method leaves open; always shown beside the values. */
export const DEFAULT_WSI_QUANTILE = 0.95;

/** WSI of a raw network class similarity matrix; null with fewer than two classes. */
export interface WeightsSimilarityIndex {
  /** Mean of all entries above the diagonal. */
  mean: number | null;
  /** Mean over classes of the mean similarity to their most similar classes, those at or above the q-quantile. */
  max: number | null;
  /** Likewise for the least similar, those at or below the (1 − q)-quantile. */
  min: number | null;
  q: number;
  classes: number;
  /** The three means of each class before they are averaged; NaN for a class without a template. Length: all classes. */
  perClass: { mean: Float64Array; max: Float64Array; min: Float64Array };
}

/**
 * Weights Similarity Index (Filus & Żarski et al., "Beyond Accuracy"). Quantiles interpolate linearly, as NumPy's do by
 * default.
 * @param ncsm C×C cosine similarities of the class templates, symmetric, raw
 * @param options.q quantile in [0, 1], 0.95 unless given
 * @param options.missing classes without a template, left out
 */
export function weightsSimilarityIndex(
  ncsm: Matrix,
  options: { q?: number; missing?: readonly number[] } = {},
): WeightsSimilarityIndex {
  const { q = DEFAULT_WSI_QUANTILE, missing = [] } = options;
  if (ncsm.rows !== ncsm.cols)
    throw new UsageError(`A class similarity matrix is square; found ${ncsm.rows}×${ncsm.cols}.`);
  if (!(q >= 0 && q <= 1)) throw new UsageError(`q is a quantile between 0 and 1; found ${q}.`);
  const classes = remainingClasses(ncsm.rows, missing);
  const n = classes.length;
  const perClass = {
    mean: new Float64Array(ncsm.rows).fill(Number.NaN),
    max: new Float64Array(ncsm.rows).fill(Number.NaN),
    min: new Float64Array(ncsm.rows).fill(Number.NaN),
  };
  if (n < 2) return { mean: null, max: null, min: null, q, classes: n, perClass };

  const others = new Float64Array(n - 1);
  const whole = n === ncsm.cols;
  let aboveDiagonal = 0;
  let maxTotal = 0;
  let minTotal = 0;
  for (let i = 0; i < n; i++) {
    const start = classes[i]! * ncsm.cols;
    let k = 0;
    for (let j = 0; j < i; j++) others[k++] = ncsm.data[start + (whole ? j : classes[j]!)]!;
    for (let j = i + 1; j < n; j++) {
      const value = ncsm.data[start + (whole ? j : classes[j]!)]!;
      aboveDiagonal += value;
      others[k++] = value;
    }
    let total = 0;
    for (k = 0; k < n - 1; k++) total += others[k]!;
    perClass.mean[classes[i]!] = total / (n - 1);
    const high = quantileInPlace(others, q);
    const low = quantileInPlace(others, 1 - q);
    let highTotal = 0;
    let highCount = 0;
    let lowTotal = 0;
    let lowCount = 0;
    for (k = 0; k < n - 1; k++) {
      const value = others[k]!;
      if (value >= high) {
        highTotal += value;
        highCount++;
      }
      if (value <= low) {
        lowTotal += value;
        lowCount++;
      }
    }
    // Rounding can lift an interpolated quantile of equal values a hair above them; they are then their own mean.
    const max = highCount > 0 ? highTotal / highCount : high;
    const min = lowCount > 0 ? lowTotal / lowCount : low;
    perClass.max[classes[i]!] = max;
    perClass.min[classes[i]!] = min;
    maxTotal += max;
    minTotal += min;
  }
  return { mean: aboveDiagonal / ((n * (n - 1)) / 2), max: maxTotal / n, min: minTotal / n, q, classes: n, perClass };
}
