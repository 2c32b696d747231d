import { requireEqualLengths } from './spearman.ts';

/**
 * Pearson's product-moment correlation of two vectors, in 64 bits. In [−1, 1]; null when either is constant or has fewer
 * than two values.
 *
 * @throws UsageError when the lengths differ.
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  requireEqualLengths(a.length, b.length);
  const x = scaledDeviations(a);
  const y = scaledDeviations(b);
  if (!x || !y) return null;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    xy += x[i]! * y[i]!;
    xx += x[i]! * x[i]!;
    yy += y[i]! * y[i]!;
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/** Deviations from the mean over the largest of them, so that squares neither overflow nor vanish; null if constant. */
function scaledDeviations(values: ArrayLike<number>): Float64Array | null {
  const deviations = Float64Array.from(values);
  // Rounding can leave a constant vector a tiny variance, so the values themselves are looked at.
  if (deviations.every((value) => value === deviations[0])) return null;
  // Subtracting the mean twice removes the rounding error of the first one.
  subtractMean(deviations);
  subtractMean(deviations);
  let largest = 0;
  for (const value of deviations) largest = Math.max(largest, Math.abs(value));
  return deviations.map((value) => value / largest);
}

function subtractMean(values: Float64Array): void {
  const n = values.length;
  let mean = 0;
  for (const value of values) mean += value / n;
  for (let i = 0; i < n; i++) values[i]! -= mean;
}
