import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smoothed } from '../../app/src/charts/smooth.ts';

describe('a smoothed curve', () => {
  it('is the curve itself without weight, and the mean of all before it as the weight nears 1', () => {
    const values = [3, null, 1, 8, Number.NaN, 2];
    expect(smoothed(values, 0)).toEqual([3, null, 1, 8, null, 2]);
    const means = smoothed(values, 1 - 1e-9);
    expect(means.map((mean) => mean && Number(mean.toFixed(5)))).toEqual([3, null, 2, 4, null, 3.5]);
  });

  it('starts at its first value, weights the past by powers, and stays within what it is of', () => {
    expect(smoothed([1, 0], 0.6)[1]).toBeCloseTo(0.6 / 1.6, 12);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, weight) => {
          const found = smoothed(values, weight) as number[];
          expect(found[0]).toBeCloseTo(values[0]!, 9);
          for (const value of found) {
            expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
            expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          }
        },
      ),
    );
  });
});
