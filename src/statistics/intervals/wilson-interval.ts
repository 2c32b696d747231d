import type { Interval } from '../bootstrap-interval.ts';
import { normalQuantile } from '../distributions/normal.ts';

/**
 * 95 % interval of a share by its score (Wilson 1927): the shares whose own deviation reaches the observed one.
 *
 * @param hits How many of `trials`.
 * @returns null without a trial.
 */
export function wilsonInterval(hits: number, trials: number): Interval | null {
  if (trials === 0) return null;
  const z = normalQuantile(0.975);
  const share = hits / trials;
  const centre = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) };
}
