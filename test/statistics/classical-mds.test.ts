import { describe, expect, it } from 'vitest';
import { classicalScaling } from '#src/statistics/classical-mds.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix, Matrix64 } from '#src/tensor/matrix.ts';

/** Seeded points, and the matrix of their inner products about a far origin, which centring takes out. */
function made(n: number, widths: readonly number[], seed = 1): { points: Matrix64; kernel: Matrix64 } {
  const random = createRandom(seed);
  const d = widths.length;
  const points = Float64Array.from({ length: n * d }, (_, at) => random.normal() * widths[at % d]! + 3);
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let k = 0; k < d; k++) data[i * n + j]! += points[i * d + k]! * points[j * d + k]!;
  return { points: { rows: n, cols: d, data: points }, kernel: { rows: n, cols: n, data } };
}
const distance = ({ cols, data }: Matrix, i: number, j: number): number =>
  Math.hypot(...Array.from({ length: cols }, (_, k) => data[i * cols + k]! - data[j * cols + k]!));

describe('classical scaling', () => {
  it('gives back the distances of points in the plane, wherever their origin is', () => {
    const { points, kernel } = made(40, [4, 1]);
    const found = classicalScaling(kernel);
    for (let i = 0; i < 40; i++)
      for (let j = 0; j < i; j++) expect(distance(found.points, i, j)).toBeCloseTo(distance(points, i, j), 6);
    expect(found.shares[0]! + found.shares[1]!).toBeCloseTo(1, 10);
    expect(found.shares[0]).toBeGreaterThan(found.shares[1]!);
  });

  it('holds the shares of variance that the eigenvalues of the covariance have', () => {
    // NumPy: eigvalsh of the covariance of these points.
    const { points, kernel } = made(60, [5, 2, 0.5], 3);
    const { shares, points: found } = classicalScaling(kernel, 3);
    const variance = (column: number): number => {
      let sum = 0;
      for (let i = 0; i < 60; i++) sum += found.data[i * 3 + column]! ** 2;
      return sum;
    };
    const total = [0, 1, 2].reduce((sum, k) => sum + variance(k), 0);
    for (const k of [0, 1, 2]) expect(variance(k) / total).toBeCloseTo(shares[k]!, 8);
    // Orthogonal columns, each centred.
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      let dot = 0;
      for (let i = 0; i < 60; i++) dot += found.data[i * 3 + a]! * found.data[i * 3 + b]!;
      expect(Math.abs(dot) / total).toBeLessThan(1e-6);
    }
    expect(points.cols).toBe(3);
  });

  it('is the same each time, and follows the order of the items', () => {
    const { kernel } = made(25, [3, 1, 1]);
    expect(classicalScaling(kernel)).toEqual(classicalScaling(kernel));
    const order = createRandom(9).permutation(25);
    const moved = {
      ...kernel,
      data: kernel.data.map((_, at) => kernel.data[order[Math.floor(at / 25)]! * 25 + order[at % 25]!]!),
    };
    const [a, b] = [classicalScaling(kernel).points, classicalScaling(moved).points];
    for (let i = 0; i < 25; i++) expect(b.data[i * 2]).toBeCloseTo(a.data[order[i]! * 2]!, 6);
  });

  it('places equal items together, and refuses what cannot be placed', () => {
    const ones = { rows: 4, cols: 4, data: new Float64Array(16).fill(1) };
    expect([...classicalScaling(ones).points.data].every((value) => Math.abs(value) < 1e-12)).toBe(true);
    expect(() => classicalScaling({ rows: 2, cols: 2, data: new Float64Array(4) })).toThrow('needs more than 2 items');
    expect(() => classicalScaling({ rows: 2, cols: 3, data: new Float64Array(6) })).toThrow('square matrix; found 2×3');
  });
});
