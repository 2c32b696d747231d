import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { crossGram, gram } from '#src/kernels/gram/gram.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

function randomMatrix(rows: number, cols: number, seed: number): Matrix32 {
  const random = createRandom(seed);
  return { rows, cols, data: Float32Array.from({ length: rows * cols }, () => random.normal()) };
}

/** Largest difference from products summed in 64 bits, in units of the product of norms. */
function worstError(x: Matrix32, y: Matrix32, found: Matrix32): number {
  let worst = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < y.rows; j++) {
      let dot = 0;
      let xx = 0;
      let yy = 0;
      for (let k = 0; k < x.cols; k++) {
        const a = x.data[i * x.cols + k]!;
        const b = y.data[j * y.cols + k]!;
        dot += a * b;
        xx += a * a;
        yy += b * b;
      }
      const error = Math.abs(found.data[i * y.rows + j]! - dot) / (Math.sqrt(xx * yy) || 1);
      worst = Math.max(worst, error);
    }
  }
  return worst;
}

describe.each<KernelTier>(['simd', 'plain'])('row products, %s', (tier) => {
  it('equal sums in 64 bits to 1e-6, for every shape', () => {
    const shapes = fc.record({
      m: fc.integer({ min: 0, max: 21 }),
      n: fc.integer({ min: 0, max: 21 }),
      depth: fc.integer({ min: 1, max: 300 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shapes, ({ m, n, depth, seed }) => {
        const x = randomMatrix(m, depth, seed);
        const y = randomMatrix(n, depth, seed + 1);
        expect(worstError(x, y, crossGram(x, y, { tier }))).toBeLessThan(1e-6);
        const own = gram(x, { tier });
        expect(worstError(x, x, own)).toBeLessThan(1e-6);
        for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) expect(own.data[i * m + j]).toBe(own.data[j * m + i]);
      }),
      { numRuns: 60 },
    );
  });

  it('leave no trace of an earlier, larger call', () => {
    gram(randomMatrix(90, 500, 1), { tier });
    const small = randomMatrix(5, 7, 2);
    expect(worstError(small, small, gram(small, { tier }))).toBeLessThan(1e-6);
  });

  it('stay accurate over many features', () => {
    const long: Matrix32 = { rows: 2, cols: 200_000, data: new Float32Array(400_000).fill(0.1) };
    expect(worstError(long, long, gram(long, { tier }))).toBeLessThan(1e-6);
  });

  it('refuse numbers of columns that differ', () => {
    expect(() => crossGram(randomMatrix(2, 3, 1), randomMatrix(2, 4, 1), { tier })).toThrow(UsageError);
  });
});
