import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreements } from '#src/measures/concepts/regress/agreement.ts';
import { agreementBootstrap } from '#src/measures/concepts/regress/agreement-bootstrap.ts';
import { refittedNull, shuffledPairsNull } from '#src/measures/concepts/regress/nulls.ts';
import { pearson } from '#src/statistics/pearson.ts';
import { createRandom } from '#src/statistics/random.ts';
import { toMatrix } from '../../support/concept-heads.ts';

const IMAGES = 40;
const PER_IMAGE = 4;
const N = IMAGES * PER_IMAGE;
const random = createRandom(11);
/** Patches of an image are alike: the image's own value and a little noise. Columns: shared, unrelated, constant. */
const own = Array.from({ length: IMAGES }, () => [random.normal(), random.normal()]);
const noisy = (i: number, k: number): number => own[Math.floor(i / PER_IMAGE)]![k]! + 0.1 * random.normal();
const real = toMatrix(N, 3, Array.from({ length: N }, (_, i) => [noisy(i, 0), noisy(i, 0), noisy(i, 0)]).flat());
const predicted = toMatrix(N, 3, Array.from({ length: N }, (_, i) => [noisy(i, 0), noisy(i, 1), 7]).flat());

describe('intervals over images', () => {
  it('equal a bootstrap that copies the rows of the images', () => {
    const [found] = agreementBootstrap(real, predicted, { perImage: PER_IMAGE, resamples: 50, seed: 3 });
    const again = createRandom(3);
    const draws = Array.from({ length: 50 }, () => {
      const rows = Array.from({ length: IMAGES }, () => again.below(IMAGES)).flatMap((image) =>
        Array.from({ length: PER_IMAGE }, (_, p) => image * PER_IMAGE + p),
      );
      return pearson(
        rows.map((i) => real.data[3 * i]!),
        rows.map((i) => predicted.data[3 * i]!),
      )!;
    });
    draws.forEach((draw, r) => {
      expect(found!.draws[r]).toBeCloseTo(draw, 12);
    });
    expect(found!.value).toBeCloseTo(agreements(real, predicted)[0]!.pearson!, 12);
  });

  it('are as wide as images vary, not patches', () => {
    const [, byImage] = agreementBootstrap(real, predicted, { perImage: PER_IMAGE });
    const [, byPatch] = agreementBootstrap(real, predicted);
    expect(byImage!.high! - byImage!.low!).toBeGreaterThan(1.6 * (byPatch!.high! - byPatch!.low!));
  });

  it('count constants as the similarity does', () => {
    const [, , unpredicted] = agreementBootstrap(real, predicted, { perImage: PER_IMAGE, resamples: 20 });
    expect(unpredicted).toMatchObject({ value: 0, low: 0, high: 0 });
    const [, , absent] = agreementBootstrap(predicted, real, { perImage: PER_IMAGE, resamples: 20 });
    expect(absent).toMatchObject({ value: null, low: null, high: null });
    // Shown in one image alone: resamples without it say nothing.
    const rare = toMatrix(8, 1, [5, 1, 0, 0, 0, 0, 0, 0]);
    const guess = toMatrix(8, 1, [4, 1, 0, 0, 1, 0, 0, 0]);
    const [found] = agreementBootstrap(rare, guess, { perImage: 2, resamples: 200 });
    expect(found!.draws.some(Number.isNaN)).toBe(true);
    expect(found!.low).toBeGreaterThan(0);
    expect(() => agreementBootstrap(rare, guess, { perImage: 3 })).toThrow('8 rows are not 3 for each image.');
  });
});

describe('the shuffled-pairs null', () => {
  it('tells a shared concept from an unrelated one', () => {
    const [shared, unrelated, constant] = shuffledPairsNull(real, predicted, { perImage: PER_IMAGE });
    expect(shared!.p).toBe(1 / 1000);
    expect(Math.abs(shared!.mean)).toBeLessThan(0.03);
    expect(unrelated!.p).toBeGreaterThan(0.05);
    expect(constant).toEqual({ mean: 0, q95: 0, p: 1, permutations: 999 });
    expect(shuffledPairsNull(predicted, real, { perImage: PER_IMAGE })[2]).toBeNull();
  });

  it('keeps what the place in the picture alone gives', () => {
    const place = (i: number): number => (i % PER_IMAGE === 0 ? 1 : 0);
    const noise = createRandom(1);
    const [a, b] = [0, 1].map(() =>
      toMatrix(
        N,
        1,
        Array.from({ length: N }, (_, i) => place(i) + 0.2 * noise.normal()),
      ),
    );
    const [found] = shuffledPairsNull(a!, b!, { perImage: PER_IMAGE });
    expect(found!.mean).toBeGreaterThan(0.7);
    expect(found!.p).toBeGreaterThan(0.02);
  });

  it('has uniform p-values where nothing is shared', () => {
    let small = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const source = createRandom(seed);
        const draw = () =>
          toMatrix(
            30,
            1,
            Array.from({ length: 30 }, () => source.normal()),
          );
        const [found] = shuffledPairsNull(draw(), draw(), { perImage: 3, permutations: 99, seed });
        if (found!.p <= 0.1) small++;
      }),
      { numRuns: 300, seed: 5 },
    );
    expect(small).toBeGreaterThan(15);
    expect(small).toBeLessThan(46);
  });

  it('refits on shuffled images', () => {
    const values = refittedNull(
      {
        activations: predicted,
        coefficients: real,
        evaluationActivations: predicted,
        evaluationCoefficients: real,
      },
      { perImage: PER_IMAGE, refits: 4, alpha: 0.05 },
    );
    expect([values.rows, values.cols]).toEqual([4, 3]);
    for (const value of values.data) expect(Math.abs(value)).toBeLessThan(0.98);
    expect(Math.min(...values.data)).toBeLessThan(0.3);
  });
});
