import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binomialQuantiles } from '#src/statistics/distributions/binomial.ts';
import { studentTail } from '#src/statistics/distributions/student.ts';
import { holm } from '#src/statistics/holm.ts';
import { meanInterval } from '#src/statistics/intervals/mean-interval.ts';
import { wilsonInterval } from '#src/statistics/intervals/wilson-interval.ts';
import { createRandom } from '#src/statistics/random.ts';

/** Made by make-intervals.py with SciPy. */
const golden = JSON.parse(readFileSync(new URL('../golden/intervals.json', import.meta.url), 'utf8')) as {
  wilson: { hits: number; trials: number; low: number; high: number }[];
  means: { values: number[]; low: number; high: number }[];
  tails: { value: number; freedom: number; tail: number }[];
  binomial: { trials: number; p: number; u: number[]; k: number[] }[];
};

function intervalOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return meanInterval(mean, squares, values.length);
}

describe('Student’s distribution', () => {
  it('has the tails of SciPy', () => {
    for (const { value, freedom, tail } of golden.tails)
      expect(Math.abs(studentTail(value, freedom) - tail), `${value}, ${freedom}`).toBeLessThan(1e-14);
    expect(studentTail(Number.POSITIVE_INFINITY, 4)).toBeLessThan(1e-15);
  });
});

describe('Holm’s correction', () => {
  it('takes the least times their number, the next one less, and keeps their order', () => {
    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.9), 'holm')
    const corrected = holm([0.01, 0.04, 0.03, 0.005, 0.9]);
    for (const [i, value] of [0.04, 0.09, 0.09, 0.025, 0.9].entries()) expect(corrected[i]).toBeCloseTo(value, 12);
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('Wilson’s interval', () => {
  it.each(golden.wilson)('of $hits of $trials is that of SciPy', ({ hits, trials, low, high }) => {
    const found = wilsonInterval(hits, trials)!;
    expect(found.low).toBeCloseTo(low, 9);
    expect(found.high).toBeCloseTo(high, 9);
  });

  it('is none without a trial', () => expect(wilsonInterval(0, 0)).toBeNull());
});

describe('the interval of a mean', () => {
  it.each(golden.means)('is that of SciPy ($values.length values)', ({ values, low, high }) => {
    const found = intervalOf(values)!;
    // Student's quantile is known to 0.3 %.
    expect(Math.abs(found.high - high)).toBeLessThan(0.0015 * (high - low));
    expect(Math.abs(found.low - low)).toBeLessThan(0.0015 * (high - low));
  });

  it('holds the mean of five values 19 times in 20, and is none of fewer', () => {
    const random = createRandom(1);
    const draws = Array.from({ length: 4000 }, () => intervalOf(Array.from({ length: 5 }, () => random.normal()))!);
    const covered = draws.filter(({ low, high }) => low < 0 && high > 0).length / draws.length;
    expect(covered).toBeGreaterThan(0.94);
    expect(covered).toBeLessThan(0.96);
    expect(intervalOf([1, 2, 3, 4])).toBeNull();
  });
});

describe('binomial quantiles', () => {
  it.each(golden.binomial)('of $trials trials at $p are those of SciPy', ({ trials, p, u, k }) => {
    expect(u.map(binomialQuantiles(trials, p))).toEqual(k);
  });

  it('are the number itself where nothing is left to chance', () => {
    expect([0, 0.5, 0.999].map(binomialQuantiles(7, 0))).toEqual([0, 0, 0]);
    expect([0, 0.5, 0.999].map(binomialQuantiles(7, 1))).toEqual([7, 7, 7]);
  });
});
