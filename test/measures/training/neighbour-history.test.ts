import { describe, expect, it } from 'vitest';
import { neighbours } from '#src/measures/class-similarity/neighbours.ts';
import {
  nearestClasses,
  neighbourChanges,
  neighbourDiscoveries,
  neighboursOf,
} from '#src/measures/training/neighbour-history.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** Similarity of n points on a line: |i − j| steps apart, after class 0 was moved to `place`. */
function line(n: number, place: number): Matrix64 {
  const at = Array.from({ length: n }, (_, i) => (i === 0 ? place : i));
  return {
    rows: n,
    cols: n,
    data: Float64Array.from({ length: n * n }, (_, k) => -Math.abs(at[Math.floor(k / n)]! - at[k % n]!)),
  };
}

describe('nearestClasses', () => {
  it('equals sorting, ties by index', () => {
    const random = createRandom(3);
    for (const levels of [4, 1000]) {
      const n = 40;
      const matrix = { rows: n, cols: n, data: Float64Array.from({ length: n * n }, () => random.below(levels)) };
      const lists = nearestClasses(matrix, 7);
      for (let c = 0; c < n; c++)
        expect(neighboursOf(lists, c)).toEqual(neighbours(matrix, c, 7).map((neighbour) => neighbour.class));
    }
  });

  it('leaves classes without values out', () => {
    const matrix = line(4, 0.5);
    for (let j = 0; j < 4; j++) matrix.data[4 * 2 + j] = matrix.data[4 * j + 2] = Number.NaN;
    const lists = nearestClasses(matrix, 3);
    expect([...lists.indices]).toEqual([1, 3, -1, 0, 3, -1, -1, -1, -1, 1, 0, -1]);
  });
});

describe('neighbourChanges', () => {
  it('tells the most changed class first, with what came and went', () => {
    const before = nearestClasses(line(6, 0), 2);
    const after = nearestClasses(line(6, 5.5), 2);
    const [first] = neighbourChanges(before, after);
    expect(first).toEqual({ class: 0, kept: 0, entered: [5, 4], left: [1, 2] });
    expect(neighbourChanges(before, before).every((change) => change.kept === 1)).toBe(true);
    expect(() => neighbourChanges(before, nearestClasses(line(6, 0), 3))).toThrow('cannot be compared');
  });
});

describe('neighbourDiscoveries', () => {
  const places = [3.4, 3.4, 0, 3.4, 0.1, 0];
  const lists = places.map((place) => nearestClasses(line(6, place), 2));

  it('finds the epoch from which the neighbours stay', () => {
    const found = neighbourDiscoveries([0, 1, 2, 3, 4, 5], lists);
    // Class 0 was there at epoch 2 already, but left again.
    expect(found.find((discovery) => discovery.class === 0)).toEqual({ class: 0, epoch: 4 });
    expect(found[0]!.epoch).toBe(0);
    const epochs = found.map(({ epoch }) => epoch!);
    expect(epochs).toEqual(epochs.slice().sort((a, b) => a - b));
  });

  it('says "never" for a reference that is not reached', () => {
    const reference = nearestClasses(line(6, 3.4), 2);
    const found = neighbourDiscoveries([0, 1, 2, 3, 4, 5], lists, { reference, share: 1 });
    expect(found.at(-1)!.epoch).toBeNull();
    expect(found.find((discovery) => discovery.class === 0)?.epoch).toBe(null);
  });
});
