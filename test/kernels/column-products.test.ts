import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnMultiplier,
  columnProducts,
  type PackedColumns,
  packColumns,
  pickColumns,
} from '#src/kernels/column-products/column-products.ts';
import type { KernelTier } from '#src/kernels/shared/wasm-kernel.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

function randomMatrix(rows: number, cols: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, () => random.normal()) };
}

describe.each<KernelTier>(['simd', 'plain'])('column products, %s', (tier) => {
  it('equal plain sums over each block, for every shape', () => {
    const shapes = fc.record({
      rows: fc.integer({ min: 1, max: 600 }),
      m: fc.integer({ min: 1, max: 9 }),
      n: fc.integer({ min: 1, max: 9 }),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shapes, ({ rows, m, n, cut, seed }) => {
        const [x, y] = [randomMatrix(rows, m, seed), randomMatrix(rows, n, seed + 1)];
        const at = Math.floor(cut * rows);
        const blocks = [
          { from: 0, to: at },
          { from: at, to: rows },
        ];
        const found = columnProducts(packColumns(x), packColumns(y), blocks, { tier });
        expect(found).toHaveLength(2 * m * n);
        blocks.forEach(({ from, to }, b) => {
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++) {
              let sum = 0;
              for (let r = from; r < to; r++) sum += x.data[r * m + i]! * y.data[r * n + j]!;
              expect(Math.abs(found[(b * m + i) * n + j]! - sum)).toBeLessThan(1e-11 * rows);
            }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are right whichever columns were multiplied before', () => {
    const [a, b] = [randomMatrix(40, 6, 1), randomMatrix(40, 6, 2)].map((x) => packColumns(x)) as [
      PackedColumns,
      PackedColumns,
    ];
    const blocks = [{ from: 0, to: 40 }];
    const [withA, withB] = [columnMultiplier(a, { tier }), columnMultiplier(b, { tier })];
    const [aa, ab] = [withA(a, blocks), withB(a, blocks)];
    expect(withA(a, blocks)).toEqual(aa);
    expect(withA(b, blocks)[1]).toBeCloseTo(ab[6]!, 12);
    expect(columnProducts(b, b, blocks, { tier })).toEqual(withB(b, blocks));
    expect(() => withA(packColumns(randomMatrix(3, 1, 1)), blocks)).toThrow(
      'Column products need equally many rows; found 3 and 40.',
    );
  });

  it('take picked columns, less a centre', () => {
    const x = randomMatrix(50, 7, 1);
    const centre = Float64Array.from({ length: 7 }, (_, j) => j);
    const picked = pickColumns(packColumns(x, centre), [6, 0, 6]);
    const found = columnProducts(picked, packColumns(x), [{ from: 0, to: 50 }], { tier });
    let sum = 0;
    for (let r = 0; r < 50; r++) sum += (x.data[7 * r + 6]! - 6) * x.data[7 * r + 2]!;
    expect(found[2]).toBeCloseTo(sum, 10);
    expect(found[7 * 2 + 2]).toBe(found[2]);
  });
});
