import { describe, expect, it } from 'vitest';
import { settleAnswers } from '#src/analyses/concepts/sources/answers.ts';
import { classPresentHead } from '#src/measures/concepts/importance/class-present-head.ts';
import { type ConceptHead, headLogits } from '#src/measures/concepts/importance/heads.ts';
import { conceptImportance } from '#src/measures/concepts/importance/integrated-gradients.ts';
import { createRandom } from '#src/statistics/random.ts';

const random = createRandom(3);
const matrix = (rows: number, cols: number, value = () => random.normal()) => ({
  rows,
  cols,
  data: Float64Array.from({ length: rows * cols }, value),
});

describe('a multi-label head asked about one class', () => {
  const weight = matrix(4, 6);
  const bias = Float64Array.from([0.1, -0.3, 0.2, 0]);
  const heads: ConceptHead[] = [
    { kind: 'linear', weight, bias },
    ...[
      {
        kind: 'layer-norm-linear' as const,
        gamma: [1, 2, 1, 0.5, 1, 1],
        beta: [0, 0.1, 0, 0, -0.2, 0],
        eps: 1e-6,
        weight,
        bias,
      },
    ],
  ];

  it('has the logit of the class, and 0', () => {
    const activations = matrix(5, 6);
    for (const head of heads) {
      const all = headLogits(head, activations);
      const one = headLogits(classPresentHead(head, 2), activations);
      for (let i = 0; i < 5; i++) {
        expect(one.data[2 * i]).toBeCloseTo(all.data[4 * i + 2]!, 12);
        expect(one.data[2 * i + 1]).toBe(0);
      }
    }
    expect(() => classPresentHead(heads[0]!, 4)).toThrow('The head has classes 0 to 3; class 4 was asked for.');
  });

  it('has importances that add up to the fall of the binary cross-entropy', () => {
    const directions = matrix(3, 6, () => random.next());
    const coefficients = matrix(4, 3, () => random.next());
    const [head] = heads;
    const { values } = conceptImportance(classPresentHead(head!, 1), directions, coefficients, 0, { steps: 400 });
    for (let i = 0; i < 4; i++) {
      let z = bias[1]!;
      for (let k = 0; k < 3; k++)
        for (let d = 0; d < 6; d++)
          z += coefficients.data[i * 3 + k]! * directions.data[k * 6 + d]! * weight.data[6 + d]!;
      const loss = (logit: number) => Math.log1p(Math.exp(-logit));
      const sum = values.data.subarray(i * 3, (i + 1) * 3).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(loss(bias[1]!) - loss(z), 3);
    }
  });
});

describe('how outputs are answers', () => {
  const outputs = (...rows: number[][]) => ({
    rows: rows.length,
    cols: rows[0]!.length,
    data: Float64Array.from(rows.flat()),
  });
  it.each([
    ['logits', outputs([3, -1, 0.5]), undefined, 'Gemm', 'softmax', false],
    ['a softmax', outputs([0.7, 0.2, 0.1]), undefined, 'Softmax', 'softmax', true],
    ['a sigmoid in the graph', outputs([0.9, 0.8, 0.1]), undefined, 'Sigmoid', 'sigmoid', true],
    ['values that do not add up to 1', outputs([0.9, 0.8, 0.1]), undefined, 'Identity', 'sigmoid', true],
    ['logits that were declared', outputs([3, -1, 0.5]), 'sigmoid', 'Gemm', 'sigmoid', false],
    ['values between 0 and 1 that were declared', outputs([0.9, 0.8, 0.1]), 'softmax', undefined, 'softmax', false],
  ] as const)('%s', (_, values, asked, op, kind, done) => {
    expect(settleAnswers(values, asked, op)).toMatchObject({ kind, areProbabilities: done });
  });
});
