import { describe, expect, it } from 'vitest';
import { createRandom } from '#src/statistics/random.ts';
import { structuralSimilarity } from '#src/statistics/structural-similarity.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

function image(rows: number, cols: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, () => random.next()) };
}

/** The definition, window by window. */
function byDefinition(a: Matrix64, b: Matrix64, window = 7): number {
  const values: number[] = [];
  for (let i = 0; i + window <= a.rows; i++)
    for (let j = 0; j + window <= a.cols; j++) {
      const at = (m: Matrix64) =>
        Array.from(
          { length: window * window },
          (_, k) => m.data[(i + Math.floor(k / window)) * m.cols + j + (k % window)]!,
        );
      const x = at(a);
      const y = at(b);
      const mean = (v: number[]) => v.reduce((sum, value) => sum + value, 0) / v.length;
      const [mx, my] = [mean(x), mean(y)];
      const covariance = (u: number[], mu: number, v: number[], mv: number) =>
        u.reduce((sum, value, k) => sum + (value - mu) * (v[k]! - mv), 0) / (u.length - 1);
      const luminance = (2 * mx * my + 1e-4) / (mx * mx + my * my + 1e-4);
      const structure =
        (2 * covariance(x, mx, y, my) + 9e-4) / (covariance(x, mx, x, mx) + covariance(y, my, y, my) + 9e-4);
      values.push(luminance * structure);
    }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('structuralSimilarity', () => {
  it.each([
    [7, 7],
    [8, 7],
    [20, 31],
  ])('equals its definition on %i×%i pixels', (rows, cols) => {
    const a = image(rows, cols, 1);
    const b = image(rows, cols, 2);
    expect(structuralSimilarity(a, b)).toBeCloseTo(byDefinition(a, b), 11);
  });

  it('keeps its digits over many rows', () => {
    const a = image(600, 12, 3);
    const b = image(600, 12, 4);
    expect(structuralSimilarity(a, b)).toBeCloseTo(byDefinition(a, b), 11);
  });

  it('is exactly 1 for equal images, and symmetric', () => {
    const a = image(30, 29, 5);
    const b = image(30, 29, 6);
    expect(structuralSimilarity(a, a)).toBe(1);
    expect(structuralSimilarity(a, b)).toBeCloseTo(structuralSimilarity(b, a), 14);
  });

  it('takes another window', () => {
    const a = image(9, 9, 7);
    const b = image(9, 9, 8);
    expect(structuralSimilarity(a, b, { windowSize: 5 })).toBeCloseTo(byDefinition(a, b, 5), 11);
  });

  it('names what it cannot take', () => {
    expect(() => structuralSimilarity(image(8, 7, 1), image(7, 8, 1))).toThrow('8×7 and 7×8');
    expect(() => structuralSimilarity(image(6, 9, 1), image(6, 9, 1))).toThrow('found 6×9');
    expect(() => structuralSimilarity(image(9, 9, 1), image(9, 9, 1), { windowSize: 4 })).toThrow('odd');
  });
});
