import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classicalScaling } from '#src/statistics/classical-mds.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix, Matrix64 } from '#src/tensor/matrix.ts';

/** Made by make-classical-mds.py with NumPy. */
const golden = JSON.parse(readFileSync(new URL('../golden/classical-mds.json', import.meta.url), 'utf8')) as {
  cases: {
    name: string;
    n: number;
    dimensions: number;
    kernel: number[];
    points: number[];
    shares: number[];
    overTrace: number;
  }[];
};

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

  it.each(golden.cases)('of $name is that of NumPy', ({ n, dimensions, kernel, points, shares }) => {
    const found = classicalScaling({ rows: n, cols: n, data: Float64Array.from(kernel) }, dimensions);
    for (const [k, share] of shares.entries()) expect(found.shares[k], `share ${k}`).toBeCloseTo(share, 11);
    for (const [at, value] of points.entries()) expect(found.points.data[at], `entry ${at}`).toBeCloseTo(value, 9);
  });

  it('has shares of no more than 1 together where some eigenvalues are below 0', () => {
    const { n, dimensions, kernel, overTrace } = golden.cases[1]!;
    const { shares } = classicalScaling({ rows: n, cols: n, data: Float64Array.from(kernel) }, dimensions);
    expect(overTrace).toBeGreaterThan(1.2);
    expect(shares.reduce((a, b) => a + b, 0)).toBeLessThan(1);
  });

  it('leaves a dimension without a positive eigenvalue at 0', () => {
    const { n, kernel } = golden.cases[3]!;
    const { points, shares } = classicalScaling({ rows: n, cols: n, data: Float64Array.from(kernel) }, 3);
    expect([shares[0]!, shares[1], shares[2]]).toEqual([expect.closeTo(1, 10), 0, 0]);
    for (let i = 0; i < n; i++) expect([points.data[3 * i + 1]! + 0, points.data[3 * i + 2]! + 0]).toEqual([0, 0]);
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
    expect(() => classicalScaling({ rows: 1, cols: 1, data: new Float64Array(1) })).toThrow(
      'Scaling into 2 dimensions needs more than 2 items; found 1.',
    );
    expect(() => classicalScaling({ rows: 2, cols: 3, data: new Float64Array(6) })).toThrow('square matrix; found 2×3');
  });
});
