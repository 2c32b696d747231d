import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lasso } from '#src/measures/concepts/regress/lasso.ts';
import { leastSquares, ridge } from '#src/measures/concepts/regress/least-squares.ts';
import { predictLinear } from '#src/measures/concepts/regress/linear-fit.ts';
import { pearson } from '#src/statistics/pearson.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

interface Fit {
  weights: number[];
  intercepts: number[];
}
interface Case {
  name: string;
  rows: number;
  features: number;
  targets: number;
  x: number[];
  y: number[];
  lasso: (Fit & { alpha: number })[];
  leastSquares: Fit;
  ridge: Fit & { alpha: number };
}
const cases = JSON.parse(readFileSync(new URL('../../golden/regression.json', import.meta.url), 'utf8')) as Case[];

function matrix(rows: number, cols: number, data: ArrayLike<number>): Matrix64 {
  return { rows, cols, data: Float64Array.from(data) };
}

function expectClose(found: { weights: Matrix64; intercepts: Float64Array }, expected: Fit, tolerance: number): void {
  const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
  expect(worst(found.weights.data, expected.weights)).toBeLessThan(tolerance);
  expect(worst(found.intercepts, expected.intercepts)).toBeLessThan(10 * tolerance);
}

describe.each(cases)('$name', ({ rows, features, targets, x, y, ...expected }) => {
  const inputs = matrix(rows, features, x);
  const outputs = matrix(rows, targets, y);

  it('lasso equals scikit-learn with a tolerance of 1e-10', () => {
    for (const fit of expected.lasso)
      for (const tier of ['simd', 'plain'] as const) {
        const found = lasso(inputs, outputs, { alpha: fit.alpha, tol: 1e-10, tier });
        expect(found.converged).toBe(true);
        expectClose(found, fit, 1e-6);
      }
  });

  it('least squares and ridge equal scikit-learn', () => {
    expectClose(leastSquares(inputs, outputs), expected.leastSquares, 1e-8);
    expectClose(ridge(inputs, outputs, { alpha: expected.ridge.alpha }), expected.ridge, 1e-9);
  });
});

describe('lasso', () => {
  it('gives the golden weights of the method (G5)', () => {
    const n = 12;
    const raw = Array.from({ length: 4 }, (_, j) => Array.from({ length: n }, (_, i) => Math.sin(1 + i * (j + 1))));
    const target = Array.from({ length: n }, (_, i) => 2 * raw[0]![i]! - raw[2]![i]! + 0.1 * Math.cos(i));
    const score = (values: number[]): number[] => {
      const mean = values.reduce((a, b) => a + b) / n;
      const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) + 1e-8;
      return values.map((value) => (value - mean) / std);
    };
    const columns = raw.map(score);
    const x = matrix(
      n,
      4,
      Array.from({ length: 4 * n }, (_, at) => columns[at % 4]![at >> 2]!),
    );
    const fit = lasso(x, matrix(n, 1, score(target)), { tol: 1e-10 });
    expect([...fit.weights.data].map((w) => Number(w.toFixed(6)))).toEqual([0.862774, 0, -0.198775, 0]);
    expect(fit.intercepts[0]).toBeCloseTo(0, 10);
    expect(pearson(predictLinear(fit, x).data, score(target))).toBeCloseTo(0.996527, 6);
  });

  it('meets its optimality conditions and states a true gap', () => {
    const shape = fc.record({
      n: fc.integer({ min: 3, max: 40 }),
      features: fc.integer({ min: 1, max: 50 }),
      alpha: fc.double({ min: 0.01, max: 1, noNaN: true }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, ({ n, features, alpha, seed }) => {
        const random = createRandom(seed);
        const x = matrix(
          n,
          features,
          Array.from({ length: n * features }, () => random.normal()),
        );
        const y = matrix(
          n,
          2,
          Array.from({ length: 2 * n }, () => random.normal() + 1),
        );
        const fit = lasso(x, y, { alpha, tol: 1e-9 });
        expect(fit.converged).toBe(true);
        const predicted = predictLinear(fit, x);
        for (let t = 0; t < 2; t++) {
          const rest = Array.from({ length: n }, (_, i) => y.data[2 * i + t]! - predicted.data[2 * i + t]!);
          expect(Math.abs(rest.reduce((a, b) => a + b))).toBeLessThan(1e-9 * n);
          for (let j = 0; j < features; j++) {
            const slope = rest.reduce((sum, r, i) => sum + r * x.data[i * features + j]!, 0) / n;
            const weight = fit.weights.data[t * features + j]!;
            if (weight === 0) expect(Math.abs(slope)).toBeLessThan(alpha + 1e-4);
            else expect(Math.abs(slope - alpha * Math.sign(weight))).toBeLessThan(1e-4);
          }
        }
      }),
      {
        numRuns: 200,
        examples: [
          [{ n: 31, features: 45, alpha: 0.01, seed: 724368342 }],
          // More features with a weight than rows on the way: sweeps alone crawl here.
          [{ n: 17, features: 42, alpha: 0.01, seed: 14 }],
        ],
      },
    );
  });

  it('refuses a penalty of zero and rows that do not match', () => {
    const x = matrix(2, 1, [1, 2]);
    expect(() => lasso(x, x, { alpha: 0 })).toThrow('alpha must be a finite number above 0; found 0.');
    expect(() => lasso(x, matrix(3, 1, [1, 2, 3]))).toThrow('Features have 2 rows, targets 3; they must match.');
  });
});
