import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { nonNegativeCoefficients } from '#src/measures/concepts/factor/nnls.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

function made(rows: number, cols: number, draw: () => number): Matrix64 {
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, draw) };
}

/**
 * How far coefficients are from the Karush–Kuhn–Tucker conditions: the largest gradient of a coefficient above 0, and the
 * largest rise that would lower the error of one at 0, both relative to the sizes of row and direction.
 */
function kktDefect(activations: Matrix64, directions: Matrix64, u: Matrix64): number {
  let worst = 0;
  for (let i = 0; i < activations.rows; i++)
    for (let t = 0; t < directions.rows; t++) {
      let gradient = 0;
      let rowSize = 1e-100;
      let directionSize = 1e-100;
      for (let c = 0; c < activations.cols; c++) {
        let rest = activations.data[i * activations.cols + c]!;
        let parts = Math.abs(rest);
        for (let s = 0; s < directions.rows; s++) {
          const part = u.data[i * u.cols + s]! * directions.data[s * directions.cols + c]!;
          rest -= part;
          parts += Math.abs(part);
        }
        gradient += rest * directions.data[t * directions.cols + c]!;
        rowSize += parts;
        directionSize += Math.abs(directions.data[t * directions.cols + c]!);
      }
      worst = Math.max(
        worst,
        (u.data[i * u.cols + t]! > 0 ? Math.abs(gradient) : gradient) / (rowSize * directionSize),
      );
    }
  return worst;
}

describe.each<KernelTier>(['simd', 'plain'])('coefficients of at least 0, %s', (tier) => {
  it('satisfy the Karush–Kuhn–Tucker conditions', () => {
    const cases = fc.record({
      rows: fc.integer({ min: 1, max: 12 }),
      cols: fc.integer({ min: 1, max: 30 }),
      k: fc.integer({ min: 1, max: 14 }),
      seed: fc.nat(1e6),
      kind: fc.constantFrom('signed', 'positive', 'sparse', 'repeated', 'integers'),
    });
    fc.assert(
      fc.property(cases, ({ rows, cols, k, seed, kind }) => {
        const random = createRandom(seed);
        const draw = (): number => {
          if (kind === 'integers') return random.below(3);
          const value = random.normal();
          if (kind === 'positive') return Math.abs(value);
          return kind === 'sparse' ? Math.max(0, value - 0.5) : value;
        };
        const directions = made(k, cols, draw);
        if (kind === 'repeated')
          for (let t = 1; t < k; t += 2)
            for (let c = 0; c < cols; c++) directions.data[t * cols + c] = 2 * directions.data[(t - 1) * cols + c]!;
        const activations = made(rows, cols, draw);
        const u = nonNegativeCoefficients(activations, directions, { tier });
        expect(u.data.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
        expect(kktDefect(activations, directions, u)).toBeLessThan(1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('return planted coefficients, zeros and all', () => {
    const random = createRandom(4);
    const directions = made(6, 20, () => random.normal());
    const planted = made(50, 6, () => Math.max(0, random.normal()));
    const activations = made(50, 20, () => 0);
    activations.data.forEach((_, at) => {
      const [i, c] = [Math.floor(at / 20), at % 20];
      for (let t = 0; t < 6; t++) activations.data[at]! += planted.data[i * 6 + t]! * directions.data[t * 20 + c]!;
    });
    const u = nonNegativeCoefficients(activations, directions, { tier });
    expect(u.data.reduce((most, value, i) => Math.max(most, Math.abs(value - planted.data[i]!)), 0)).toBeLessThan(
      1e-12,
    );
  });

  it('treat each row by itself', () => {
    const random = createRandom(9);
    const directions = made(8, 15, () => random.normal());
    const activations = made(20, 15, () => random.normal());
    const all = nonNegativeCoefficients(activations, directions, { tier });
    for (let i = 0; i < 20; i++) {
      const alone = { rows: 1, cols: 15, data: activations.data.slice(i * 15, (i + 1) * 15) };
      expect(nonNegativeCoefficients(alone, directions, { tier }).data).toEqual(all.data.slice(i * 8, (i + 1) * 8));
    }
  });

  it('are 0 for directions of 0, and work for more concepts than a number has bits', () => {
    const random = createRandom(2);
    const directions = made(60, 80, () => Math.abs(random.normal()));
    directions.data.fill(0, 80, 160);
    const activations = made(5, 80, () => 4 * Math.abs(random.normal()));
    const u = nonNegativeCoefficients(activations, directions, { tier });
    for (let i = 0; i < 5; i++) expect(u.data[i * 60 + 1]).toBe(0);
    expect(kktDefect(activations, directions, u)).toBeLessThan(1e-9);
  });
});

it('names what does not fit', () => {
  const directions = made(2, 3, () => 1);
  const run = (activations: Matrix64): unknown => nonNegativeCoefficients(activations, directions);
  expect(() => run(made(2, 4, () => 1))).toThrow(UsageError);
  expect(() => run(made(2, 4, () => 1))).toThrow('Activations of 4 channels cannot be composed of directions of 3.');
  expect(() => run(made(0, 3, () => 1))).toThrow('Activations are empty: 0 rows × 3 columns.');
  expect(() => run(made(1, 3, () => Number.POSITIVE_INFINITY))).toThrow(
    'Activations must be finite; row 0, column 0 is Infinity.',
  );
});
