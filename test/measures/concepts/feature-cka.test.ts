import { expect, it } from 'vitest';
import { featureCka } from '#src/measures/concepts/data/feature-cka.ts';
import { cka } from '#src/measures/representations/comparison/cka.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

function draw(rows: number, cols: number, seed: number): Matrix32 {
  const random = createRandom(seed);
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, () => random.normal() + 3) };
}

/** X·Xᵀ. */
function kernel({ rows, cols, data }: Matrix32) {
  const out = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < rows; j++)
      for (let c = 0; c < cols; c++) out[i * rows + j]! += data[i * cols + c]! * data[j * cols + c]!;
  return { rows, cols: rows, data: out };
}

it('is the CKA of linear kernels, in blocks or at once', () => {
  const [x, y] = [draw(40, 6, 1), draw(40, 9, 2)];
  for (let i = 0; i < 40; i++) y.data[i * 9] = x.data[i * 6]!;
  const part = ({ cols, data }: Matrix32, from: number, to: number): Matrix32 => ({
    rows: to - from,
    cols,
    data: data.slice(from * cols, to * cols),
  });
  const expected = [cka(kernel(x), kernel(y)).value!, cka(kernel(x), kernel(y), { estimator: 'unbiased' }).value!];
  for (const blocks of [
    [[x, y]],
    [
      [part(x, 0, 15), part(y, 0, 15)],
      [part(x, 15, 40), part(y, 15, 40)],
    ],
  ] as const) {
    const { biased, unbiased } = featureCka(blocks);
    expect(biased).toBeCloseTo(expected[0]!, 5);
    expect(unbiased).toBeCloseTo(expected[1]!, 5);
  }
});

it('has no value where nothing varies, or for one row', () => {
  const still: Matrix32 = { rows: 5, cols: 2, data: new Float32Array(10).fill(1) };
  expect(featureCka([[still, draw(5, 3, 1)]])).toEqual({ biased: null, unbiased: null });
  expect(featureCka([[draw(1, 2, 1), draw(1, 2, 2)]])).toEqual({ biased: null, unbiased: null });
});
