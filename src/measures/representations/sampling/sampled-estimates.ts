import { studentQuantile } from '../../../statistics/distributions/student.ts';
import { kendall } from '../../../statistics/kendall.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { spearman } from '../../../statistics/spearman.ts';
import type { MinibatchRule } from '../comparison/cka.ts';
import type { RsaMeasure } from '../comparison/rsa.ts';

/** An estimate from a part of the pairs. */
export interface SampledEstimate {
  /** Null where it is undefined, as for similarities that do not vary. */
  value: number | null;
  /** Ends of the 95 % interval; null where there is too little to tell. */
  low: number | null;
  high: number | null;
}

const LEVEL = 0.95;
/** Random groups that a sample of pairs is cut into, and the least pairs of one. */
const GROUPS = 50;
const LEAST_OF_GROUP = 10;
const LEAST_GROUPS = 6;

const CORRELATIONS = { pearson, spearman, kendall } as const satisfies Record<RsaMeasure, unknown>;

/**
 * Correlation of two similarities over a random sample of pairs, with a 95 % interval for the correlation over all pairs of
 * these images. The pairs stand in random order, drawn without replacement, so that consecutive runs of them are random
 * groups: the spread of the groups' own correlations gives the error of the sample (Wolter 2007, chapter 2), less what the
 * sample holds of all pairs. It says nothing of other images.
 *
 * @param all Pairs that there are, of which `a` and `b` hold a sample.
 */
export function sampledCorrelation(
  a: Float64Array,
  b: Float64Array,
  measure: RsaMeasure,
  all: number,
): SampledEstimate {
  const correlate = CORRELATIONS[measure];
  const value = correlate(a, b);
  if (value === null) return { value, low: null, high: null };
  if (a.length >= all) return { value, low: value, high: value };
  const groups = Math.min(GROUPS, Math.floor(a.length / LEAST_OF_GROUP));
  if (groups < LEAST_GROUPS) return { value, low: null, high: null };
  const each: number[] = [];
  for (let g = 0; g < groups; g++) {
    const [from, to] = [Math.floor((g * a.length) / groups), Math.floor(((g + 1) * a.length) / groups)];
    const found = correlate(a.subarray(from, to), b.subarray(from, to));
    if (found === null) return { value, low: null, high: null };
    each.push(found);
  }
  const unseen = 1 - a.length / all;
  return around(value, Math.sqrt((unseen * squaredDeviations(each)) / (groups * (groups - 1))), groups - 1);
}

/** HSIC of one batch: of both sides together and of each with itself. */
export interface BatchHsic {
  kl: number;
  kk: number;
  ll: number;
}

/**
 * CKA from disjoint random batches, as `minibatchCka` has it, with a 95 % interval by the jackknife over batches (Efron &
 * Stein 1981) and Student's t. Null ends with fewer than 6 batches.
 */
export function sampledCka(batches: readonly BatchHsic[], rule: MinibatchRule): SampledEstimate {
  const n = batches.length;
  const sums = { kl: 0, kk: 0, ll: 0 };
  const ratios = batches.map(ckaOf);
  for (const { kl, kk, ll } of batches) {
    sums.kl += kl;
    sums.kk += kk;
    sums.ll += ll;
  }
  const mean = (values: readonly (number | null)[]): number | null =>
    values.length > 0 && values.every((value) => value !== null)
      ? values.reduce<number>((sum, value) => sum + value!, 0) / values.length
      : null;
  const value = rule === 'mean' ? mean(ratios) : ckaOf(sums);
  if (value === null || n < LEAST_GROUPS) return { value, low: null, high: null };
  const without = batches.map(({ kl, kk, ll }, b) =>
    rule === 'mean'
      ? (n * value - ratios[b]!) / (n - 1)
      : ckaOf({ kl: sums.kl - kl, kk: sums.kk - kk, ll: sums.ll - ll }),
  );
  if (without.includes(null)) return { value, low: null, high: null };
  return around(value, Math.sqrt(((n - 1) / n) * squaredDeviations(without as number[])), n - 1);
}

function ckaOf({ kl, kk, ll }: BatchHsic): number | null {
  return kk > 0 && ll > 0 ? kl / Math.sqrt(kk) / Math.sqrt(ll) : null;
}

function squaredDeviations(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** The interval of an estimate with this standard error. Neither kind of estimate passes 1, nor does its interval. */
function around(value: number, error: number, freedom: number): SampledEstimate {
  const reach = studentQuantile((1 + LEVEL) / 2, freedom) * error;
  return { value, low: Math.max(-1, value - reach), high: Math.min(Math.max(1, value), value + reach) };
}
