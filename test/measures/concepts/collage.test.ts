import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conceptCollage } from '#src/measures/concepts/report/collage.ts';
import { createRandom } from '#src/statistics/random.ts';
import { toMatrix } from '../../support/concept-heads.ts';

describe('collages', () => {
  it('show the most extreme first, one patch an image', () => {
    const real = toMatrix(8, 1, [9, 8, 0, 7, 1, 0, 2, 0]);
    const predicted = toMatrix(8, 1, [9, 8, 5, 7, 0, 6, 0, 0]);
    expect(conceptCollage(real, predicted, 0, { perImage: 2, count: 2 })).toEqual({
      top: [0, 3],
      under: [6, 4],
      over: [5, 2],
    });
    expect(conceptCollage(real, predicted, 0, { perImage: 2 })).toEqual({ top: [0, 3, 6, 4], under: [], over: [5, 2] });
    expect(() => conceptCollage(real, predicted, 1)).toThrow('There are concepts 0 to 0; concept 1 was asked for.');
  });

  it('pick the rows where the other network is blind or sees what is not there', () => {
    const random = createRandom(3);
    const real = Float64Array.from({ length: 400 }, () => random.next());
    const predicted = real.slice();
    // The strongest patches fill the first collage, so the missed ones have to be weaker.
    for (let i = 0; i < 10; i++) real[i * 40] = predicted[i * 40] = 3;
    for (const i of [21, 62, 103]) predicted[i] = -4 + i / 1000;
    for (const i of [305, 346, 387]) predicted[i] = 6 - i / 1000;
    const found = conceptCollage(toMatrix(400, 1, real), toMatrix(400, 1, predicted), 0, { perImage: 4 });
    const [missed, imagined] = [found.under, found.over];
    expect(new Set(missed.slice(0, 3))).toEqual(new Set([21, 62, 103]));
    expect(new Set(imagined.slice(0, 3))).toEqual(new Set([305, 346, 387]));
  });

  it('keep their rules whatever the numbers', () => {
    const numbers = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: -3, max: 9 })), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 4 }), (pairs, perImage) => {
        const [real, predicted] = [0, 1].map((side) => pairs.map((pair) => pair[side]!)) as [number[], number[]];
        const n = pairs.length;
        const { top, under, over } = conceptCollage(toMatrix(n, 1, real), toMatrix(n, 1, predicted), 0, {
          perImage,
          count: 5,
        });
        const residual = (i: number): number => real[i]! - predicted[i]!;
        for (const [rows, score] of [
          [top, (i: number) => real[i]!],
          [under, residual],
          [over, (i: number) => -residual(i)],
        ] as const) {
          expect(rows.length).toBeLessThanOrEqual(5);
          expect(new Set(rows.map((i) => Math.floor(i / perImage))).size).toBe(rows.length);
          rows.forEach((i, k) => {
            expect(score(i)).toBeGreaterThan(0);
            if (k > 0) expect(score(i)).toBeLessThanOrEqual(score(rows[k - 1]!));
          });
        }
        const weakest = Math.min(...top.map((i) => real[i]!));
        for (const i of under) expect(real[i]).toBeLessThan(weakest);
      }),
    );
  });
});
