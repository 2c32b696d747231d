import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headLogits } from '#src/measures/concepts/importance/heads.ts';
import { conceptImportance, weightByConfidence } from '#src/measures/concepts/importance/integrated-gradients.ts';
import { occlusionImportance } from '#src/measures/concepts/importance/occlusion.ts';
import { sobolImportance } from '#src/measures/concepts/importance/sobol.ts';
import { createRandom } from '#src/statistics/random.ts';
import { GOLDEN_HEAD, headCases, product, toMatrix } from '../../support/concept-heads.ts';

const { head, directions, coefficients } = GOLDEN_HEAD;
const rounded = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Number(value.toFixed(6)));

describe('concept integrated gradients', () => {
  it('have the golden values of the method (G6)', () => {
    const expected = [
      [-1.686196, -3.928768, -0.642081, 0, -0.313481, -2.76831],
      [-0.186196, 0.071232, 0.107919, 0, -0.013481, 0.23169],
      [0.313804, 0.471232, 0.357919, 0, 0.086519, 0.53169],
    ];
    expected.forEach((values, c) => {
      const found = conceptImportance(head, directions, coefficients, c);
      expect(rounded(found.values.data).map((value) => value + 0)).toEqual(values);
    });
    const { baseline, loss } = conceptImportance(head, directions, coefficients, 0);
    expect(rounded(baseline.map((value, i) => value - loss[i]!))).toEqual([-5.615793, -0.642087, -3.082057]);
  });

  it.each(headCases())('equal those of PyTorch: $head.kind, $directions.rows concepts', (made) => {
    const logits = headLogits(made.head, product(made.coefficients, made.directions));
    logits.data.forEach((value, at) => {
      expect(value).toBeCloseTo(made.logits[at]!, 10);
    });
    const { values } = conceptImportance(made.head, made.directions, made.coefficients, made.target);
    values.data.forEach((value, at) => {
      expect(Math.abs(value - made.importance[at]!)).toBeLessThan(1e-10 * Math.max(1, Math.abs(made.importance[at]!)));
    });
  });

  it('are complete: a sample adds up to what its concepts take off the loss', () => {
    const shape = fc.record({
      k: fc.integer({ min: 1, max: 6 }),
      channels: fc.integer({ min: 2, max: 9 }),
      classes: fc.integer({ min: 2, max: 6 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, ({ k, channels, classes, seed }) => {
        const random = createRandom(seed);
        const draw = (n: number): number[] => Array.from({ length: n }, () => random.normal());
        const made = {
          kind: 'linear' as const,
          weight: toMatrix(classes, channels, draw(classes * channels)),
          bias: draw(classes),
        };
        const w = toMatrix(k, channels, draw(k * channels).map(Math.abs));
        const u = toMatrix(3, k, draw(3 * k).map(Math.abs));
        const found = conceptImportance(made, w, u, [0, 1, classes - 1], { steps: 2000 });
        for (let i = 0; i < 3; i++) {
          const sum = found.values.data.subarray(i * k, (i + 1) * k).reduce((a, b) => a + b, 0);
          expect(sum).toBeCloseTo(found.baseline[i]! - found.loss[i]!, 4);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are weighted by confidence, sample by sample', () => {
    const { values } = conceptImportance(head, directions, coefficients, 0);
    const weighted = weightByConfidence(values, [0.5, -1, 0]);
    expect(rounded(weighted.data).map((value) => value + 0)).toEqual([-0.843098, -1.964384, 0.642081, 0, 0, 0]);
  });

  it('refuse classes and sizes that do not fit', () => {
    expect(() => conceptImportance(head, directions, coefficients, 3)).toThrow(
      'The head has classes 0 to 2; class 3 was asked for.',
    );
    expect(() => conceptImportance(head, directions, coefficients, [0, 1])).toThrow(
      'The target class needs one value for each of 3 rows; found 2.',
    );
    expect(() => conceptImportance(head, toMatrix(2, 4, new Float64Array(8)), coefficients, 0)).toThrow(
      'The head takes 3 channels; the activations have 4.',
    );
  });
});

describe.each(headCases())('by leaving concepts out: $head.kind, $directions.rows concepts', (made) => {
  it('occlusion is the change that the whole head shows', () => {
    const found = occlusionImportance(made.head, made.directions, made.coefficients, made.target);
    const loss = (logits: ArrayLike<number>, c: number): number =>
      Math.log(Array.from(logits).reduce((sum, value) => sum + Math.exp(value), 0)) - logits[c]!;
    const classes = made.head.weight.rows;
    const outputs = (u: typeof made.coefficients, i: number): Float64Array =>
      headLogits(made.head, product(u, made.directions)).data.subarray(i * classes, (i + 1) * classes);
    const { rows, cols } = made.coefficients;
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < cols; k++) {
        const without = toMatrix(rows, cols, made.coefficients.data);
        without.data[i * cols + k] = 0;
        const [before, after, c] = [outputs(made.coefficients, i), outputs(without, i), made.target[i]!];
        expect(found.logit.data[i * cols + k]).toBeCloseTo(before[c]! - after[c]!, 10);
        expect(found.crossEntropy.data[i * cols + k]).toBeCloseTo(loss(after, c) - loss(before, c), 10);
      }
  });
});

describe('Sobol indices', () => {
  it('are the shares of the variance where concepts only add up', () => {
    const found = sobolImportance(head, directions, coefficients, 0, { designs: 4096 });
    // Row 0 of the head on the directions: −1 and −1; a factor in [0, 1] has the variance 1/12.
    const shares = Array.from({ length: 3 }, (_, i) => {
      const powers = [0, 1].map((k) => coefficients.data[2 * i + k]! ** 2);
      return powers.map((power) => power / (powers[0]! + powers[1]!));
    }).flat();
    found.data.forEach((value, at) => {
      expect(value).toBeCloseTo(shares[at]!, 1.7);
    });
    expect(Math.abs(found.data[0]! - 0.2)).toBeLessThan(0.01);
  });

  it('are the same for the same seed, and 0 where nothing is active', () => {
    const options = { designs: 32, seed: 4 };
    expect(sobolImportance(head, directions, coefficients, 1, options)).toEqual(
      sobolImportance(head, directions, coefficients, 1, options),
    );
    expect([...sobolImportance(head, directions, toMatrix(1, 2, [0, 0]), 1).data]).toEqual([0, 0]);
  });
});
