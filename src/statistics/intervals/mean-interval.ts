import type { Interval } from '../bootstrap-interval.ts';
import { LEAST_FREEDOM, studentQuantile } from '../distributions/student.ts';

/**
 * 95 % interval of a mean by its standard error and Student's t.
 *
 * @param squares Σ(x − mean)² of the values.
 * @returns null of fewer than five values, which say next to nothing of how far their mean is off.
 */
export function meanInterval(mean: number, squares: number, count: number): Interval | null {
  if (count - 1 < LEAST_FREEDOM) return null;
  const reach = studentQuantile(0.975, count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { low: mean - reach, high: mean + reach };
}
