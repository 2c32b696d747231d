import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { basicInterval, bcaInterval } from '#src/statistics/bootstrap-interval.ts';
import { normalCdf, normalQuantile } from '#src/statistics/distributions/normal.ts';
import { pearson } from '#src/statistics/pearson.ts';

interface Case {
  x: number[];
  y: number[];
  observed: number;
  draws: number[];
  [interval: `${'BCa' | 'basic'} ${number}`]: [number, number];
}
const golden = JSON.parse(readFileSync(new URL('../golden/bootstrap.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  normal: { cdf: [number, number][]; quantile: [number, number][] };
};

describe('bootstrap intervals', () => {
  it.each([0.95, 0.8])('are those of SciPy, of %s', (level) => {
    for (const found of golden.cases) {
      const { x, y, observed, draws } = found;
      const jackknife = x.map((_, i) =>
        pearson(
          x.filter((_, k) => k !== i),
          y.filter((_, k) => k !== i),
        ),
      ) as number[];
      const bca = bcaInterval(observed, draws, jackknife, level)!;
      const basic = basicInterval(observed, draws, level)!;
      expect([bca.low, bca.high]).toEqual(found[`BCa ${level}`].map((end) => expect.closeTo(end, 10)));
      expect([basic.low, basic.high]).toEqual(found[`basic ${level}`].map((end) => expect.closeTo(end, 10)));
    }
  });

  it('take back a bias that all draws share', () => {
    // As the mean of many concepts has it: nearly every draw lies below the observed value.
    const draws = Array.from({ length: 101 }, (_, i) => 0.932 + (0.007 * i) / 100);
    expect(basicInterval(0.939, draws)).toEqual({
      low: expect.closeTo(0.939175, 9),
      high: expect.closeTo(0.945825, 9),
    });
    expect(basicInterval(0.999, draws, 0.95, { most: 1 })!.high).toBe(1);
  });

  it('leave out undefined draws, and are none without two of them', () => {
    const draws = [Number.NaN, 1, 2, Number.NaN, 3];
    expect(basicInterval(2, draws, 0.5)).toEqual({ low: 1.5, high: 2.5 });
    expect(basicInterval(2, [2, Number.NaN])).toBeNull();
    expect(bcaInterval(2, [2, Number.NaN], [2, 2])).toBeNull();
    expect(bcaInterval(2, [2, 2, 2], [2, 2])).toEqual({ low: 2, high: 2 });
    expect(() => basicInterval(2, draws, 1)).toThrow(UsageError);
    expect(() => bcaInterval(2, draws, [], 0)).toThrow(UsageError);
  });
});

describe('the normal distribution', () => {
  it('is that of SciPy', () => {
    for (const [z, expected] of golden.normal.cdf)
      expect(Math.abs(normalCdf(z) / expected - 1), `${z}`).toBeLessThan(1e-12);
    for (const [p, expected] of golden.normal.quantile)
      expect(Math.abs(normalQuantile(p) - expected), `${p}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(expected)));
    expect([0, 1, 2].map(normalQuantile)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN]);
  });
});
