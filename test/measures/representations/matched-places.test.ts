import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanOfMaps } from '#src/measures/representations/comparison/mean-of-maps.ts';
import { matchPlaces } from '#src/measures/representations/matching/matched-places.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

function vectors(rows: number, cols: number, seed: number): Matrix32 {
  const random = createRandom(seed);
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, () => random.normal()) };
}

describe('matchPlaces', () => {
  it('matches the worked example of the docs crosswise, strongest first', () => {
    const v = { rows: 2, cols: 2, data: Float32Array.of(1, 0, 0, 2) };
    const w = { rows: 2, cols: 2, data: Float32Array.of(0, 1, 1, 0) };
    const matched = matchPlaces(v, w);
    expect([...matched.first]).toEqual([1, 0]);
    expect([...matched.second]).toEqual([0, 1]);
    expect([...matched.affinity]).toEqual([2, 1]);
    expect(matched.value).toBe(3);
    expect(matchPlaces(v, w, { method: 'none' })).toMatchObject({ value: 0, affinity: Float64Array.of(0, 0) });
  });

  it('pairs every place once, in falling order, and never below the same places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), fc.nat(1000), (n, c, seed) => {
        const [x, y] = [vectors(n, c, seed), vectors(n, c, seed + 1)];
        const { first, second, affinity, value, dualBound } = matchPlaces(x, y);
        expect([...first].sort((a, b) => a - b)).toEqual([...first.keys()]);
        expect([...second].sort((a, b) => a - b)).toEqual([...first.keys()]);
        expect([...affinity]).toEqual([...affinity].sort((a, b) => b - a));
        expect(affinity.reduce((sum, a) => sum + a, 0)).toBeCloseTo(value, 9);
        expect(value).toBeLessThanOrEqual(dualBound);
        expect(value).toBeGreaterThanOrEqual(matchPlaces(x, y, { method: 'none' }).value - 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves places without a partner out where one image has more', () => {
    const matched = matchPlaces(vectors(6, 3, 1), vectors(4, 3, 2));
    expect(matched.first).toHaveLength(4);
    expect(new Set(matched.second)).toEqual(new Set([0, 1, 2, 3]));
  });
});

describe('meanOfMaps', () => {
  it('has mean and sample deviation of each entry, null where one is missing', () => {
    const { mean, deviation } = meanOfMaps([[[1, 2, null]], [[3, 2, 1]], [[5, 2, 1]]]);
    expect(mean).toEqual([[3, 2, null]]);
    expect(deviation).toEqual([[2, 0, null]]);
  });

  it('has no deviation of a single map', () => {
    expect(meanOfMaps([[[0.5, null]]])).toEqual({ mean: [[0.5, null]], deviation: null });
    expect(meanOfMaps([])).toEqual({ mean: [], deviation: null });
  });
});
