import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront } from '#src/measures/training/pareto-front.ts';

describe('the Pareto front', () => {
  it('holds the points that no other is as good as in all and better in one', () => {
    expect(
      paretoFront([
        [3, 1],
        [1, 3],
        [2, 2],
        [2, 1],
        [3, 1],
        [1, 1],
      ]),
    ).toEqual([true, true, true, false, true, false]);
    expect(paretoFront([])).toEqual([]);
  });

  it('is never empty, and every point off it is beaten by one on it', () => {
    const points = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }), { minLength: 1 });
    fc.assert(
      fc.property(points, (list) => {
        const front = paretoFront(list);
        const best = list.filter((_, i) => front[i]);
        expect(best.length).toBeGreaterThan(0);
        for (const [i, point] of list.entries())
          if (!front[i])
            expect(
              best.some((other) => other.every((v, k) => v >= point[k]!) && other.some((v, k) => v > point[k]!)),
            ).toBe(true);
      }),
    );
  });
});
