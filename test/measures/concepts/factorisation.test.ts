import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { factorise } from '#src/measures/concepts/factor/factorise.ts';
import { matchConcepts } from '#src/measures/concepts/factor/match-concepts.ts';
import { nndsvd } from '#src/measures/concepts/factor/nndsvd.ts';
import { reconstructionError } from '#src/measures/concepts/factor/reconstruction.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix, Matrix64 } from '#src/tensor/matrix.ts';

const golden = JSON.parse(readFileSync(new URL('../../golden/factorisation.json', import.meta.url), 'utf8')).updates;

function randomMatrix(rows: number, cols: number, seed: number, signed = false): Matrix64 {
  const random = createRandom(seed);
  const data = Float64Array.from({ length: rows * cols }, () => {
    const value = random.normal();
    return signed ? value : Math.max(0, value);
  });
  return { rows, cols, data };
}

/** The matrix `signed` of test/golden/make-factorisation.py. */
function clustered(): Matrix64 {
  const { rows, cols, k, sum } = golden;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++)
      data[i * cols + j] = (((i * 5 + j * 3 + i * j) % 9) - 4 + 40 * (j % k === i % k ? 1 : -0.5)) / 8;
  expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 10);
  return { rows, cols, data };
}

function furthest(found: Float64Array, figures: ArrayLike<number>): number {
  expect(found.length).toBe(figures.length);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - figures[i]!)), 0);
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 23 }),
  cols: fc.integer({ min: 1, max: 19 }),
  k: fc.integer({ min: 1, max: 13 }),
  seed: fc.nat(1e6),
});

describe('NMF', () => {
  it('gives with its kernel what the plain twin gives, for every shape', () => {
    fc.assert(
      fc.property(shapes, ({ rows, cols, k, seed }) => {
        const nComponents = Math.min(k, rows, cols);
        const [x, coefficients, directions] = [
          randomMatrix(rows, cols, seed),
          randomMatrix(rows, nComponents, seed + 1),
          randomMatrix(nComponents, cols, seed + 2),
        ];
        // Rounding decides about coefficients in a row of zeros, and where the fit becomes exact.
        for (const { data } of [x, coefficients, directions])
          data.forEach((value, at) => void (data[at] = value + 0.5));
        const options = { method: 'nmf', nComponents, init: { coefficients, directions }, maxIter: 1, tol: 0 } as const;
        const [simd, plain] = (['simd', 'plain'] as const).map((tier) => factorise(x, { ...options, tier }));
        expect(furthest(simd!.coefficients.data, plain!.coefficients.data)).toBeLessThan(1e-11);
        for (let t = 0; t < nComponents; t++) {
          // A direction is divided by the squares of its coefficients, and so is its rounding.
          let squares = 0;
          for (let i = 0; i < rows; i++) squares += plain!.coefficients.data[i * nComponents + t]! ** 2;
          const [one, other] = [simd!, plain!].map((found) =>
            found.directions.data.slice(t * cols, (t + 1) * cols).map((value) => value * squares),
          );
          expect(furthest(one!, other!)).toBeLessThan(1e-9);
        }
      }),
    );
  });

  it('has factors of at least 0 whose error never rises, and reports that error', () => {
    const x = randomMatrix(40, 30, 5);
    let last = Number.POSITIVE_INFINITY;
    for (const maxIter of [1, 2, 5, 20, 100]) {
      const found = factorise(x, { method: 'nmf', nComponents: 6, maxIter, tol: 0 });
      expect(found.coefficients.data.every((value) => value >= 0)).toBe(true);
      expect(found.directions.data.every((value) => value >= 0)).toBe(true);
      expect(found.error).toBeLessThanOrEqual(last);
      expect(found).toMatchObject(reconstructionError(x, found.coefficients, found.directions));
      expect(found).toMatchObject({ iterations: maxIter, converged: false, method: 'nmf' });
      last = found.error;
    }
  });

  it('finds planted factors that do not overlap', () => {
    const parts = { rows: 3, cols: 9, data: Float64Array.from({ length: 27 }, (_, at) => +(at % 9 === 0) || 0) };
    for (let t = 0; t < 3; t++) for (let c = 0; c < 9; c++) parts.data[t * 9 + c] = c % 3 === t ? 1 + c : 0;
    const shares = randomMatrix(50, 3, 8);
    const data = Float64Array.from({ length: 450 }, (_, at) => {
      const [i, c] = [Math.floor(at / 9), at % 9];
      return shares.data[i * 3 + (c % 3)]! * (1 + c);
    });
    const found = factorise({ rows: 50, cols: 9, data }, { method: 'nmf', nComponents: 3, tol: 1e-10, maxIter: 2000 });
    expect(found.relativeError).toBeLessThan(1e-6);
    for (const cosine of matchConcepts(found.directions, parts).cosines) expect(cosine).toBeGreaterThan(1 - 1e-6);
  });

  it('follows a permutation of channels and a change of unit', () => {
    const x = randomMatrix(30, 20, 11);
    const order = createRandom(1).permutation(20);
    const moved = { ...x, data: x.data.map((_, at) => 4 * x.data[Math.floor(at / 20) * 20 + order[at % 20]!]!) };
    const one = factorise(x, { method: 'nmf', nComponents: 4 });
    const other = factorise(moved, { method: 'nmf', nComponents: 4 });
    expect(other.iterations).toBe(one.iterations);
    expect(
      furthest(
        other.coefficients.data,
        one.coefficients.data.map((value) => 2 * value),
      ),
    ).toBeLessThan(1e-8);
    expect(other.relativeError).toBeCloseTo(one.relativeError, 10);
  });

  it('comes close in 32 bits, and takes activations of either type', () => {
    const x = randomMatrix(60, 25, 3);
    const single: Matrix = { ...x, data: Float32Array.from(x.data) };
    const exact = factorise(x, { method: 'nmf', nComponents: 5 });
    for (const input of [x, single]) {
      const found = factorise(input, { method: 'nmf', nComponents: 5, precision: 'f32' });
      expect(found.error / exact.error).toBeCloseTo(1, 4);
    }
  });

  it('depends on the seed only where it starts at random', () => {
    const x = randomMatrix(40, 30, 5);
    const run = (init: 'nndsvd' | 'random', seed: number): Float64Array =>
      factorise(x, { method: 'nmf', nComponents: 6, init, seed }).directions.data;
    expect(run('nndsvd', 1)).toEqual(run('nndsvd', 2));
    expect(run('random', 1)).toEqual(run('random', 1));
    expect(run('random', 1)).not.toEqual(run('random', 2));
  });

  it('stops when asked to', () => {
    const signal = AbortSignal.abort(new Error('enough'));
    expect(() => factorise(randomMatrix(9, 9, 1), { method: 'nmf', nComponents: 2, signal })).toThrow('enough');
  });
});

describe.each<KernelTier>(['simd', 'plain'])('semi- and convex-NMF, %s', (tier) => {
  it('follow the published updates to 1e-9', () => {
    const x = clustered();
    const { k, iterations } = golden;
    const start: Matrix64 = { rows: x.rows, cols: k, data: Float64Array.from(golden.start.flat()) };
    const directions: Matrix64 = { rows: k, cols: x.cols, data: new Float64Array(k * x.cols) };
    const semi = factorise(x, {
      method: 'semi-nmf',
      nComponents: k,
      init: { coefficients: start, directions },
      maxIter: iterations,
      tol: 0,
      tier,
    });
    expect(furthest(semi.coefficients.data, golden.semi.coefficients.flat())).toBeLessThan(1e-9);
    expect(furthest(semi.directions.data, golden.semi.directions.flat())).toBeLessThan(1e-9);
  });

  it.each([
    ['signed', 'convex'],
    ['positive', 'convexPositive'],
  ])('follow them from k-means too, %s', (kind, name) => {
    const x = clustered();
    if (kind === 'positive') x.data.forEach((value, i) => void (x.data[i] = Math.abs(value)));
    const { k, iterations } = golden;
    const figures = golden[name];
    const found = factorise(x, { method: 'convex-nmf', nComponents: k, maxIter: iterations, tol: 0, tier });
    const expected: Matrix64 = { rows: k, cols: x.cols, data: Float64Array.from(figures.directions.flat()) };
    // The clusters are the same, their order is not.
    const { partners } = matchConcepts(found.directions, expected);
    for (let t = 0; t < k; t++) {
      const direction = found.directions.data.subarray(t * x.cols, (t + 1) * x.cols);
      expect(furthest(direction, figures.directions[partners[t]!])).toBeLessThan(1e-9);
      const column = Float64Array.from({ length: x.rows }, (_, i) => found.coefficients.data[i * k + t]!);
      const figure = figures.coefficients.map((row: number[]) => row[partners[t]!]);
      expect(furthest(column, figure)).toBeLessThan(1e-9);
    }
  });
});

describe.each(['semi-nmf', 'convex-nmf'] as const)('%s', (method) => {
  const x = randomMatrix(40, 12, 21, true);

  it('has coefficients of at least 0, an error that never rises, and converges', () => {
    let last = Number.POSITIVE_INFINITY;
    for (const maxIter of [1, 2, 5, 20, 100]) {
      const { coefficients, error, iterations } = factorise(x, { method, nComponents: 4, maxIter, tol: 0 });
      expect(coefficients.data.every((value) => value >= 0)).toBe(true);
      expect(error).toBeLessThanOrEqual(last * (1 + 1e-12));
      expect(iterations).toBe(maxIter);
      last = error;
    }
    const settled = factorise(x, { method, nComponents: 4, maxIter: 5000 });
    expect(settled.converged).toBe(true);
    expect(settled.error).toBeLessThan(last * 1.01);
  });

  it('gives the same for the same seed, in any unit', () => {
    const one = factorise(x, { method, nComponents: 4, seed: 3 });
    expect(factorise(x, { method, nComponents: 4, seed: 3 })).toEqual(one);
    const larger = factorise({ ...x, data: x.data.map((value) => 1024 * value) }, { method, nComponents: 4, seed: 3 });
    expect(larger.iterations).toBe(one.iterations);
    expect(larger.relativeError).toBeCloseTo(one.relativeError, 12);
    expect(factorise(x, { method, nComponents: 4, init: 'random', seed: 1 }).relativeError).toBeLessThan(1);
  });
});

it('convex-NMF mixes rows: its directions lie in their cone', () => {
  const x = randomMatrix(30, 6, 2);
  const { directions } = factorise(x, { method: 'convex-nmf', nComponents: 3 });
  expect(directions.data.every((value) => value >= 0)).toBe(true);
});

describe('what cannot be factorised', () => {
  const nmf = { method: 'nmf', nComponents: 2 } as const;
  const cases: [string, Matrix, Parameters<typeof factorise>[1], string, RegExp?][] = [
    [
      'signed features',
      { rows: 2, cols: 3, data: Float64Array.of(0, 1, 2, 3, -0.5, 4) },
      nmf,
      'nmf needs activations of at least 0; row 1, column 1 is -0.5.',
      /semi-nmf/,
    ],
    [
      'a single image',
      randomMatrix(1, 5, 1),
      nmf,
      'nComponents is 2, above the 1 that 1×5 activations allow.',
      /at most 1 components, or give more images/,
    ],
    [
      'few channels',
      randomMatrix(9, 3, 1),
      { method: 'semi-nmf', nComponents: 4 },
      'nComponents is 4, above the 3 that 9×3 activations allow.',
    ],
    [
      'a low rank',
      { rows: 3, cols: 3, data: Float64Array.of(1, 2, 3, 2, 4, 6, 3, 6, 9) },
      nmf,
      'nComponents is 2, above the rank 1 of the 3×3 activations.',
      /at most 1 components/,
    ],
    [
      'a low rank and signs',
      { rows: 3, cols: 3, data: Float64Array.of(1, -2, 3, 2, -4, 6, 3, -6, 9) },
      { method: 'convex-nmf', nComponents: 2 },
      'nComponents is 2, above the rank 1 of the 3×3 activations.',
    ],
    [
      'zeros',
      { rows: 4, cols: 4, data: new Float64Array(16) },
      nmf,
      'All 4×4 activations are 0: there is nothing to factorise.',
    ],
    ['no rows', { rows: 0, cols: 4, data: new Float64Array(0) }, nmf, 'Activations are empty: 0 rows × 4 columns.'],
    [
      'NaN',
      { rows: 2, cols: 2, data: Float32Array.of(1, 2, Number.NaN, 1) },
      nmf,
      'Activations must be finite; row 1, column 0 is NaN.',
      /half precision/,
    ],
    [
      'another length',
      { rows: 2, cols: 2, data: new Float64Array(3) },
      nmf,
      'Activations have 3 values, which is not 2×2.',
    ],
    [
      'half a concept',
      randomMatrix(4, 4, 1),
      { method: 'nmf', nComponents: 1.5 },
      'nComponents must be a whole number above 0; found 1.5.',
    ],
    [
      'another method',
      randomMatrix(4, 4, 1),
      { method: 'pca' as 'nmf', nComponents: 2 },
      'There is no factorisation "pca".',
      /nmf, semi-nmf, convex-nmf/,
    ],
    [
      'no iterations',
      randomMatrix(4, 4, 1),
      { ...nmf, maxIter: 0 },
      'maxIter must be a whole number above 0; found 0.',
    ],
    ['a tolerance below 0', randomMatrix(4, 4, 1), { ...nmf, tol: -1 }, 'tol must be at least 0; found -1.'],
    ['the wrong start', randomMatrix(4, 4, 1), { ...nmf, init: 'k-means' }, 'nmf does not start from "k-means".'],
    [
      'the wrong start of updates',
      randomMatrix(4, 4, 1),
      { method: 'semi-nmf', nComponents: 2, init: 'nndsvd' },
      'semi-nmf does not start from "nndsvd".',
    ],
    [
      'a start of another size',
      randomMatrix(4, 4, 1),
      { ...nmf, init: nndsvd(randomMatrix(4, 4, 1), 3) },
      'The start has 3 components, not nComponents = 2.',
    ],
    [
      'a start below 0',
      randomMatrix(4, 4, 1),
      { ...nmf, init: { coefficients: randomMatrix(4, 2, 4, true), directions: randomMatrix(2, 4, 2) } },
      `nmf needs start coefficients of at least 0; row 1, column 0 is ${randomMatrix(4, 2, 4, true).data[2]}.`,
    ],
  ];

  it.each(cases)('%s', (_, x, options, message, hint) => {
    const run = (): unknown => factorise(x, options);
    expect(run).toThrow(UsageError);
    expect(run).toThrow(message);
    if (hint) {
      try {
        run();
      } catch (error) {
        expect((error as UsageError).hint).toMatch(hint);
      }
    }
  });
});
