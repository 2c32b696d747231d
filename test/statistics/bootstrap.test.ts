import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { bootstrapMean } from '#src/statistics/bootstrap.ts';
import { separation } from '#src/statistics/separation.ts';

describe('the bootstrap interval', () => {
  it('surrounds the mean, is reproducible and narrows with more values', () => {
    const values = Array.from({ length: 400 }, (_, i) => (i * 7) % 10);
    const interval = bootstrapMean(values, { seed: 3 });
    expect(interval).toMatchObject({ mean: 4.5, count: 400, resamples: 1000, seed: 3 });
    expect(interval.low).toBeLessThan(4.5);
    expect(interval.high).toBeGreaterThan(4.5);
    // The standard error is 2.87/20 = 0.144.
    expect(interval.high - interval.low).toBeGreaterThan(0.45);
    expect(interval.high - interval.low).toBeLessThan(0.68);
    expect(bootstrapMean(values, { seed: 3 })).toEqual(interval);
    expect(bootstrapMean([2, 2, 2])).toMatchObject({ mean: 2, low: 2, high: 2 });
  });

  it('needs values and sensible options', () => {
    expect(() => bootstrapMean([])).toThrow(UsageError);
    expect(() => bootstrapMean([1], { level: 1 })).toThrow(UsageError);
    expect(() => bootstrapMean([1], { resamples: 0 })).toThrow(UsageError);
  });
});

describe('separation of two groups', () => {
  it('is the probability of a correct order, ties by half', () => {
    expect(separation([3, 4], [1, 2]).auc).toBe(1);
    expect(separation([1, 2], [3, 4]).auc).toBe(0);
    expect(separation([1, 3], [2]).auc).toBe(0.5);
    expect(separation([2, 5], [2, 1, 2]).auc).toBeCloseTo((3 + 0.5 + 1 + 0.5) / 6, 12);
    expect(separation([2], [2])).toEqual({ auc: 0.5, dPrime: null });
    // Means 2 and 5, variances 1: (5 − 2) / 1.
    expect(separation([4, 5, 6], [1, 2, 3]).dPrime).toBeCloseTo(3, 12);
    expect(() => separation([], [1])).toThrow(UsageError);
    expect(() => separation([Number.NaN], [1])).toThrow(UsageError);
  });
});
