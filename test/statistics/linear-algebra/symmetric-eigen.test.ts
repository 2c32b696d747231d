import { describe, expect, test } from 'vitest';
import { symmetricEigen } from '#src/statistics/linear-algebra/symmetric-eigen.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** Q·diag(values)·Qᵀ with Q a product of reflections. */
function withEigenvalues(values: readonly number[], seed: number): Matrix64 {
  const n = values.length;
  const random = createRandom(seed);
  const data = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? values[k / (n + 1)]! : 0));
  for (let r = 0; r < 3; r++) {
    const v = Float64Array.from({ length: n }, () => random.normal());
    const factor = 2 / v.reduce((sum, value) => sum + value * value, 0);
    for (const [step, other] of [
      [n, 1],
      [1, n],
    ] as const)
      for (let i = 0; i < n; i++) {
        let dot = 0;
        for (let j = 0; j < n; j++) dot += v[j]! * data[i * step + j * other]!;
        for (let j = 0; j < n; j++) data[i * step + j * other]! -= factor * dot * v[j]!;
      }
  }
  return { rows: n, cols: n, data };
}

describe('eigenvalues of a symmetric matrix', () => {
  test.each([
    ['apart', [9, 5, 2, 0.5, -1, -3, -20]],
    ['equal', [4, 4, 4, 4, 1, 1, -2, -2, -2]],
    ['of opposite signs', [3, 2, 1, -1, -2, -3]],
    ['near one another', [1 + 2e-12, 1 + 1e-12, 1, 0.5, 0, 0, 0]],
    ['graded', [1e8, 1e4, 1, 1e-4, 0, 0]],
    ['below 0', [-1, -2, -3, -4]],
    ['none but 0', [0, 0, 0]],
    ['of two', [2, -1]],
    ['one', [-5]],
  ])('%s, with vectors that are orthonormal', (_, values) => {
    const n = values.length;
    const { data, ...shape } = withEigenvalues(values, 5);
    const { values: found, vectors } = symmetricEigen({ ...shape, data }, n);
    const rounding = 1e-14 * n * Math.max(1e-300, ...values.map(Math.abs));
    for (const [k, value] of values.entries()) expect(Math.abs(found[k]! - value)).toBeLessThanOrEqual(rounding);
    for (const [a, vector] of vectors.entries()) {
      for (let i = 0; i < n; i++) {
        let image = 0;
        for (let j = 0; j < n; j++) image += data[i * n + j]! * vector[j]!;
        expect(Math.abs(image - found[a]! * vector[i]!)).toBeLessThanOrEqual(4 * rounding);
      }
      for (const [b, other] of vectors.entries()) {
        const dot = vector.reduce((sum, value, j) => sum + value * other[j]!, 0);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 12);
      }
    }
  });
});
