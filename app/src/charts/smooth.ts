/**
 * Exponential moving average of a curve, corrected for its start (Kingma & Ba 2015): each value is the mean of those up to
 * it, the k-th before it with weight `weight`ᵏ. What is missing stays missing and counts for nothing.
 * @param weight from 0 (the curve itself) to below 1
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}
