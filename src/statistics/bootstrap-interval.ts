import { UsageError } from '../base/errors.ts';
import { normalCdf, normalQuantile } from './distributions/normal.ts';
import { quantile } from './quantile.ts';

/** Where a statistic would lie had others of the same kind been sampled. */
export interface Interval {
  low: number;
  high: number;
}

/** The range that a statistic can have; nothing beyond it is shown. */
export interface IntervalRange {
  least?: number;
  most?: number;
}

/**
 * The basic bootstrap interval (Davison & Hinkley 1997, §5.2): the quantiles of the draws mirrored at the observed value,
 * from 2θ − q((1 + level)/2) to 2θ − q((1 − level)/2). A statistic that is not linear in the sample is biased, and its draws
 * once more by as much: percentile intervals repeat that bias, mirrored ones take it back. Draws that are NaN are left out;
 * null when fewer than two are left.
 *
 * @throws UsageError when the level does not lie between 0 and 1.
 */
export function basicInterval(
  observed: number,
  draws: ArrayLike<number>,
  level = 0.95,
  { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: IntervalRange = {},
): Interval | null {
  const defined = definedDraws(draws, level);
  if (defined.length < 2) return null;
  const within = (value: number): number => Math.min(most, Math.max(least, value));
  return {
    low: within(2 * observed - quantile(defined, (1 + level) / 2)),
    high: within(2 * observed - quantile(defined, (1 - level) / 2)),
  };
}

/**
 * The bias-corrected and accelerated interval (BCa, Efron 1987): quantiles of the draws at Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))),
 * z₀ from the share of draws below the observed value (half of those equal to it), a from the skewness of the jackknife:
 * Σd³/(6(Σd²)^1.5) of the deviations d = mean − value without one of the sample. Ends are draws, so they never leave the
 * statistic's range. Draws and jackknife values that are NaN are left out; null when fewer than two draws are left.
 *
 * @param jackknife The statistic without each member of the sample in turn.
 * @throws UsageError when the level does not lie between 0 and 1.
 */
export function bcaInterval(
  observed: number,
  draws: ArrayLike<number>,
  jackknife: ArrayLike<number>,
  level = 0.95,
): Interval | null {
  const defined = definedDraws(draws, level);
  const count = defined.length;
  if (count < 2) return null;
  let below = 0;
  for (const draw of defined) below += draw < observed ? 1 : draw === observed ? 0.5 : 0;
  // Half a draw from the ends, where the normal quantile is infinite.
  const bias = normalQuantile(Math.min(count - 0.5, Math.max(0.5, below)) / count);
  const acceleration = skewness(jackknife);
  const share = (z: number): number => {
    const moved = bias + z;
    const denominator = 1 - acceleration * moved;
    // Beyond this the correction turns around: the end of the draws is what it tends to.
    return denominator > 0 ? normalCdf(bias + moved / denominator) : moved > 0 ? 1 : 0;
  };
  const z = normalQuantile((1 + level) / 2);
  return { low: quantile(defined, share(-z)), high: quantile(defined, share(z)) };
}

function definedDraws(draws: ArrayLike<number>, level: number): Float64Array {
  if (!(level > 0 && level < 1)) throw new UsageError(`The level of an interval lies between 0 and 1; found ${level}.`);
  return Float64Array.from(draws).filter((draw) => !Number.isNaN(draw));
}

/** Acceleration of the jackknife; 0 where it does not vary. */
function skewness(jackknife: ArrayLike<number>): number {
  const values = Float64Array.from(jackknife).filter((value) => !Number.isNaN(value));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}
