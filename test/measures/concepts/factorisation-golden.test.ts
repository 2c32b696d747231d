import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { truncatedSvd } from '#src/measures/concepts/data/truncated-svd.ts';
import { factorise } from '#src/measures/concepts/factor/factorise.ts';
import { nndsvd } from '#src/measures/concepts/factor/nndsvd.ts';
import { nonNegativeCoefficients } from '#src/measures/concepts/factor/nnls.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

interface Case {
  name: string;
  rows: number;
  cols: number;
  k: number;
  tol: number;
  maxIter: number;
  sum: number;
  singularValues: number[];
  iterations: number;
  error: number;
  step: number;
  column: number;
  startCoefficients: number[][];
  startDirections: number[][];
  coefficients: number[][];
  directions: number[][];
  coefficientSums: number[];
  directionSums: number[];
  nnls: number[][];
  nnlsSums: number[];
}

const { cases } = JSON.parse(readFileSync(new URL('../../golden/factorisation.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};
const named = (name: string): Case => cases.find((each) => each.name === name)!;

/** The matrices of test/golden/make-factorisation.py, bit for bit. */
function matrixOf({ rows, cols, name, sum }: Case): Matrix64 {
  const data = new Float64Array(rows * cols);
  const parts = name === '400x128' ? 8 : 5;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      let value = (i * 7 + j * 13 + i * j) % 17;
      for (let t = 0; t < parts; t++) value += ((i * (t + 3)) % 11) * ((j * (t + 2) + 5 * t) % 7) * (1 + (t % 3));
      data[i * cols + j] = name === '6x4' ? ((7 * i + 3 * j) % 11) + 1 : value / 16;
    }
  expect(data.reduce((total, value) => total + value, 0)).toBe(sum);
  return { rows, cols, data };
}

/** Largest difference of some rows, or some columns, of a matrix from figures, and of its sums. */
function furthest(found: Matrix64, figures: number[][], rowStep: number, columnStep: number): number {
  let most = 0;
  figures.forEach((values, i) => {
    values.forEach((value, j) => {
      const at = i * rowStep * found.cols + j * columnStep;
      most = Math.max(most, Math.abs(found.data[at]! - value));
    });
  });
  return most;
}

function furthestSum(found: Matrix64, axis: 0 | 1, figures: number[]): number {
  const sums = new Float64Array(axis === 0 ? found.cols : found.rows);
  for (let i = 0; i < found.rows; i++)
    for (let j = 0; j < found.cols; j++) sums[axis === 0 ? j : i]! += found.data[i * found.cols + j]!;
  return Math.max(...figures.map((value, i) => Math.abs(sums[i]! - value) / (1 + Math.abs(value))));
}

describe.each<KernelTier>(['simd', 'plain'])('against NumPy, SciPy and scikit-learn, %s', (tier) => {
  describe.each(cases)('$name', (golden) => {
    const { k, step, column } = golden;

    it('has the singular values of NumPy to 1e-9, and its NNDSVD start', () => {
      const x = matrixOf(golden);
      const { values, rank } = truncatedSvd(x, k, { tier });
      expect(rank).toBe(k);
      golden.singularValues.forEach((value, i) => {
        expect(Math.abs(values[i]! - value)).toBeLessThan(1e-9);
      });
      const { coefficients, directions } = nndsvd(x, k, { tier });
      expect(furthest(coefficients, golden.startCoefficients, step, 1)).toBeLessThan(1e-9);
      expect(furthest(directions, golden.startDirections, 1, column)).toBeLessThan(1e-9);
    });

    it('has the factors of scikit-learn to 1e-9, and as many iterations', () => {
      const { tol, maxIter } = golden;
      const found = factorise(matrixOf(golden), { method: 'nmf', nComponents: k, tol, maxIter, tier });
      expect(found.iterations).toBe(golden.iterations);
      expect(furthest(found.coefficients, golden.coefficients, step, 1)).toBeLessThan(1e-9);
      expect(furthest(found.directions, golden.directions, 1, column)).toBeLessThan(1e-9);
      expect(furthestSum(found.coefficients, 0, golden.coefficientSums)).toBeLessThan(1e-9);
      expect(furthestSum(found.directions, 1, golden.directionSums)).toBeLessThan(1e-9);
      expect(found.error).toBeCloseTo(golden.error, 9);
    });

    it('has the coefficients of SciPy’s nnls to 1e-9 for the directions found', () => {
      const x = matrixOf(golden);
      const { tol, maxIter } = golden;
      const { directions } = factorise(x, { method: 'nmf', nComponents: k, tol, maxIter, tier });
      const found = nonNegativeCoefficients(x, directions, { tier });
      expect(furthest(found, golden.nnls, step, 1)).toBeLessThan(1e-9);
      expect(furthestSum(found, 0, golden.nnlsSums)).toBeLessThan(1e-9);
    });
  });
});

describe('the golden values of the method', () => {
  it('G3: factors, iterations and error of a 6×4 matrix', () => {
    const x = matrixOf(named('6x4'));
    const start = nndsvd(x, 2);
    const rounded = (values: Float64Array): number[] => [...values].map((value) => Math.round(value * 1e6) / 1e6);
    expect(rounded(start.coefficients.data)).toEqual([
      1.955034, 0.774464, 2.616232, 0, 2.120712, 1.743292, 2.579687, 0, 2.252007, 0, 1.756488, 1.737736,
    ]);
    expect(rounded(start.directions.data)).toEqual([2.694766, 3.077205, 2.619831, 2.526132, 0, 0, 2.580424, 0]);
    const found = factorise(x, { method: 'nmf', nComponents: 2 });
    expect(rounded(found.coefficients.data)).toEqual([
      1.284261, 1.616124, 2.741325, 0.178209, 0.980744, 2.553152, 2.581143, 0.412269, 2.438765, 0, 0.678235, 2.374798,
    ]);
    expect(rounded(found.directions.data)).toEqual([
      3.217655, 2.956957, 1.137288, 2.743693, 0, 1.261517, 3.50124, 0.479436,
    ]);
    expect(found).toMatchObject({ iterations: 78, converged: true });
    expect(found.error).toBeCloseTo(10.900078, 6);
  });

  it('G4: coefficients of at least 0 and residuals', () => {
    const directions: Matrix64 = { rows: 3, cols: 4, data: Float64Array.of(1, 2, 0, 1, 0, 1, 3, 1, 2, 0, 1, 0) };
    const solve = (...a: number[]): { u: number[]; residual: number } => {
      const u = nonNegativeCoefficients({ rows: 1, cols: 4, data: Float64Array.from(a) }, directions).data;
      const rest = a.map((value, c) => value - u.reduce((sum, x, t) => sum + x * directions.data[t * 4 + c]!, 0));
      return { u: [...u].map((x) => Math.round(x * 1e6) / 1e6), residual: Math.round(Math.hypot(...rest) * 1e6) / 1e6 };
    };
    expect(solve(1, 5, 0.5, -1)).toEqual({ u: [1.640351, 0.052632, 0], residual: 3.249156 });
    expect(solve(3, 4, 5, 2)).toEqual({ u: [1.192825, 1.331839, 0.923767], residual: 0.602685 });
    expect(solve(-1, -1, -1, -1)).toEqual({ u: [0, 0, 0], residual: 2 });
  });
});
