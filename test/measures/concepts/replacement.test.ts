import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headLogits } from '#src/measures/concepts/importance/heads.ts';
import {
  type ReplacementEffect,
  replacementDelta,
  replacementEffects,
  wholeReplacement,
} from '#src/measures/concepts/importance/replacement.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';
import { GOLDEN_HEAD, headCases, product, toMatrix } from '../../support/concept-heads.ts';

const { head, directions, coefficients: real } = GOLDEN_HEAD;
const predicted = toMatrix(3, 2, [0.8, 1, 0.6, 0.4, 0.9, 1.2]);
const golden = { head, directions, real, predicted, target: 0 };

const softmax = (logits: ArrayLike<number>): number[] => {
  const powers = Array.from(logits, Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};

/** Through the activations, as the method states it. */
function theLongWay(made: typeof golden, columns: number[], blend: number): ReplacementEffect {
  const { rows, cols } = made.real;
  const changed = toMatrix(rows, cols, made.real.data);
  for (let i = 0; i < rows; i++)
    for (const j of columns)
      changed.data[i * cols + j] =
        blend * made.predicted.data[i * cols + j]! + (1 - blend) * made.real.data[i * cols + j]!;
  const [x, y] = [made.real, changed].map((u) => product(u, made.directions)) as [Matrix64, Matrix64];
  const [a, b] = [x, y].map((z) => headLogits(made.head, z)) as [Matrix64, Matrix64];
  const sums = { l2: 0, kl: 0, match: 0, deltaTarget: 0 };
  for (let i = 0; i < rows; i++) {
    const part = (m: Matrix64): Float64Array => m.data.subarray(i * m.cols, (i + 1) * m.cols);
    sums.l2 += Math.hypot(...part(x).map((value, d) => value - part(y)[d]!)) / rows;
    const [p, q] = [softmax(part(a)), softmax(part(b))];
    sums.kl += p.reduce((sum, value, c) => sum + value * Math.log(value / q[c]!), 0) / rows;
    sums.match += Number(p.indexOf(Math.max(...p)) === q.indexOf(Math.max(...q))) / rows;
    sums.deltaTarget += (q[made.target]! - p[made.target]!) / rows;
  }
  return sums;
}

describe('the replacement test', () => {
  it('has the golden values of the method (G7)', () => {
    const [first, second] = replacementEffects(golden) as [ReplacementEffect, ReplacementEffect];
    expect(first.l2).toBeCloseTo(0.372678, 6);
    expect(first.kl).toBeCloseTo(0.00240609, 8);
    expect(first.match).toBe(1);
    expect(first.deltaTarget).toBeCloseTo(-0.00728437, 8);
    expect(second.l2).toBeCloseTo(0.400694, 6);
    expect(second.kl).toBeCloseTo(0.00549905, 8);
    expect(second.deltaTarget).toBeCloseTo(-0.01673084, 8);
    const full = replacementEffects(golden, { blend: 1 });
    expect(full[0]!.l2).toBeCloseTo(0.745356, 6);
    expect(full[0]!.kl).toBeCloseTo(0.00892552, 8);
    expect(full[0]!.deltaTarget).toBeCloseTo(-0.01304377, 8);
    expect(full[1]!.l2).toBeCloseTo(0.801388, 6);
    expect(full[1]!.kl).toBeCloseTo(0.02155836, 8);
    expect(full[1]!.deltaTarget).toBeCloseTo(-0.02588902, 8);
    const whole = wholeReplacement(golden);
    expect(whole.l2).toBeCloseTo(1.26599, 6);
    expect(whole.kl).toBeCloseTo(0.03425633, 8);
  });

  it('takes the divergence of the replaced from the original (G8)', () => {
    const identity = toMatrix(3, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const { kl } = wholeReplacement({
      head: { kind: 'linear', weight: identity, bias: [0, 0, 0] },
      directions: identity,
      real: toMatrix(1, 3, [1, 2, 3]),
      predicted: toMatrix(1, 3, [3, 1, 0]),
      target: 0,
    });
    // 1.8226305 of single precision; in double precision the divergence is 1.8226302472.
    expect(Math.abs(kl! - 1.8226305)).toBeLessThan(2 ** -21);
    expect(kl).toBeCloseTo(1.8226302472, 10);
  });

  it.each([golden, ...headCases().map((made) => ({ ...made, real: made.coefficients, target: 1 }))])(
    'gives what the way through the activations gives: $head.kind, $directions.rows concepts',
    (made) => {
      const random = createRandom(2);
      const all = Array.from({ length: made.directions.rows }, (_, j) => j);
      const guess = toMatrix(
        made.real.rows,
        made.real.cols,
        made.real.data.map((value) => value + random.normal()),
      );
      const input = { ...made, predicted: guess };
      for (const blend of [0.5, 1]) {
        const found = replacementEffects(input, { blend });
        const pairs = [...all.map((j) => [found[j]!, theLongWay(input, [j], blend)] as const)];
        pairs.push([wholeReplacement(input, { blend }), theLongWay(input, all, blend)]);
        for (const [short, long] of pairs)
          for (const key of ['l2', 'kl', 'match', 'deltaTarget'] as const)
            expect(short[key]).toBeCloseTo(long[key]!, 10);
      }
    },
  );

  it('does nothing with a blend of 0, and moves activations further the more is blended in', () => {
    for (const effect of [...replacementEffects(golden, { blend: 0 }), wholeReplacement(golden, { blend: 0 })])
      expect(effect).toEqual({ l2: 0, kl: 0, match: 1, deltaTarget: 0 });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        replacementEffects(golden, { blend: small }).forEach(({ l2 }, j) => {
          expect(l2).toBeLessThanOrEqual(replacementEffects(golden, { blend: large })[j]!.l2);
        });
        expect(wholeReplacement(golden, { blend: small }).l2).toBeLessThanOrEqual(
          wholeReplacement(golden, { blend: large }).l2 + 1e-12,
        );
      }),
    );
  });

  it('measures distances alone without a head, and differences of two tests', () => {
    const [first] = replacementEffects({ ...golden, head: null }) as [ReplacementEffect];
    expect(first.l2).toBeCloseTo(0.372678, 6);
    expect({ ...first, l2: 0 }).toEqual({ l2: 0, kl: null, match: null, deltaTarget: null });
    expect(replacementDelta(first, first)).toEqual({ l2: 0, kl: null, match: null, deltaTarget: null });
    const whole = wholeReplacement(golden);
    expect(replacementDelta(whole, whole)).toEqual({ l2: 0, kl: 0, match: 0, deltaTarget: 0 });
    expect(() => replacementEffects(golden, { blend: 1.5 })).toThrow('blend must be between 0 and 1; found 1.5.');
  });
});
