import type { Interval } from '../bootstrap-interval.ts';
import { LEAST_FREEDOM, studentQuantile } from '../distributions/student.ts';

/** Fewest values whose mean has an interval: fewer say next to nothing of how far it is off. */
export const LEAST_VALUES = LEAST_FREEDOM + 1;

/**
 * Interval of a mean by its standard error and Student's t.
 *
 * @param squares Σ(x − mean)² of the values.
 * @param level Default 0.95.
 * @returns null of fewer than {@link LEAST_VALUES} values.
 */
export function meanInterval(mean: number, squares: number, count: number, level = 0.95): Interval | null {
  if (count < LEAST_VALUES) return null;
  const reach = studentQuantile((1 + level) / 2, count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { low: mean - reach, high: mean + reach };
}
