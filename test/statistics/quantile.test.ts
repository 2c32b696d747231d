import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { median, quantile, quantileInPlace, selectInPlace } from '#src/statistics/quantile.ts';

// Typed arrays sort −0 before 0, which are equal to a quantile: only one zero is drawn.
const one = fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.integer({ min: -3, max: 3 }));
const numbers = fc.array(
  one.map((value) => value + 0),
  { minLength: 1, maxLength: 60 },
);

describe('quantile', () => {
  it('gives what NumPy gives', () => {
    // numpy.quantile of these values at these q.
    const values = [7.5, -1, 3, 3, 12.25, 0.5];
    const expected = { 0: -1, 0.05: -0.625, 0.25: 1.125, 0.5: 3, 0.8: 7.5, 0.95: 11.0625, 1: 12.25 };
    for (const [q, value] of Object.entries(expected)) expect(quantile(values, Number(q))).toBeCloseTo(value, 12);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5])).toBe(5);
  });

  it('equals interpolation in the sorted values, and leaves the input alone', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const before = values.slice();
        const sorted = Float64Array.from(values).sort();
        const position = (values.length - 1) * q;
        const low = sorted[Math.floor(position)]!;
        const high = sorted[Math.min(values.length - 1, Math.floor(position) + 1)]!;
        expect(quantile(values, q)).toBeCloseTo(low + (high - low) * (position - Math.floor(position)), 6);
        expect(values).toEqual(before);
      }),
    );
  });

  it('refuses q outside [0, 1] and no values', () => {
    expect(() => quantile([1], 1.01)).toThrow(UsageError);
    expect(() => quantileInPlace(new Float64Array(3), 0.5, 0)).toThrow(UsageError);
  });
});

describe('selectInPlace', () => {
  it('puts the k-th smallest in its place and parts the rest around it', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), (values, pick) => {
        const k = pick % values.length;
        const parted = Float64Array.from(values);
        selectInPlace(parted, k);
        const sorted = Float64Array.from(values).sort();
        expect(parted[k]).toBe(sorted[k]);
        expect(parted.slice(0, k).every((value) => value <= sorted[k]!)).toBe(true);
        expect(parted.slice(k).every((value) => value >= sorted[k]!)).toBe(true);
        expect(parted.sort()).toEqual(sorted);
      }),
    );
  });

  it('stays fast on sorted and constant input', () => {
    for (const values of [Float64Array.from({ length: 200_000 }, (_, i) => i), new Float64Array(200_000)]) {
      selectInPlace(values, 190_000);
      expect(values[190_000]).toBe(values[0] === values[199_999] ? 0 : 190_000);
    }
  });
});
