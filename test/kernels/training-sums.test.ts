import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureEpoch } from '#src/measures/training/epoch-measures.ts';
import { inverseDissimilarity } from '#src/measures/training/inverse-dissimilarity.ts';
import { typicality } from '#src/measures/training/typicality.ts';
import { cosineSimilarityMatrix } from '#src/statistics/cosine-matrix.ts';
import { permutationSums } from '#src/statistics/permutation-moments.ts';
import { createRandom } from '#src/statistics/random.ts';
import { structuralSimilarity } from '#src/statistics/structural-similarity.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const size = fc.integer({ min: 7, max: 50 });

function values(rows: number, cols: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows, cols, data: Float64Array.from({ length: rows * cols }, () => random.next()) };
}

describe('kernels of the training measures', () => {
  it('sum structural similarity as their plain twin does, for odd and even widths and windows', () => {
    fc.assert(
      fc.property(size, size, fc.constantFrom(1, 3, 7), fc.nat(1e6), (rows, cols, windowSize, seed) => {
        const [a, b] = [values(rows, cols, seed), values(rows, cols, seed + 1)];
        const [fast, plain] = (['simd', 'plain'] as const).map((tier) =>
          structuralSimilarity(a, b, { windowSize, tier }),
        );
        expect(fast).toBeCloseTo(plain!, 12);
        expect(structuralSimilarity(a, a, { windowSize })).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  it('sum off-diagonal entries as their plain twin does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 80 }), fc.nat(1e6), (n, seed) => {
        const matrix = values(n, n - 1, seed);
        const [fast, plain] = (['simd', 'plain'] as const).map((tier) => permutationSums(matrix, { tier }));
        for (const name of Object.keys(plain!) as (keyof typeof plain)[])
          expect(fast![name]).toBeCloseTo(plain![name], 9);
      }),
      { numRuns: 60 },
    );
  });

  it('rank mistakes in single precision as their plain twin does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(1e6), fc.constantFrom(3, 1e6), (n, seed, levels) => {
        const random = createRandom(seed);
        const data = Float32Array.from({ length: n * n }, () => random.below(levels) / levels - 0.5);
        const counts = { rows: n, cols: n, data: Float64Array.from({ length: n * n }, () => random.below(3)) };
        const [fast, plain] = (['simd', 'plain'] as const).map((tier) =>
          inverseDissimilarity(counts, { rows: n, cols: n, data }, { tier }),
        );
        expect(fast).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('multiply rows in pairs and normalise them to the last digits of 64 bits, whatever their length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 45 }), fc.integer({ min: 1, max: 21 }), fc.nat(1e6), (depth, n, seed) => {
        const random = createRandom(seed);
        const set = () => ({
          templates: { rows: n, cols: depth, data: Float32Array.from({ length: n * depth }, () => random.normal()) },
          counts: new Uint32Array(n).fill(1),
        });
        const [all, some] = [set(), set()];
        const found = typicality({ all, correct: some, wrong: all });
        const both = {
          rows: 2 * n,
          cols: depth,
          data: Float64Array.from([...all.templates.data, ...some.templates.data]),
        };
        const exact = cosineSimilarityMatrix(both, { precision: 'f64' }).data;
        const single = cosineSimilarityMatrix(all.templates).data;
        for (let i = 0; i < n; i++) {
          expect(found.correct.perClass[i]).toBeCloseTo(exact[i * 2 * n + n + i]!, 13);
          for (let j = 0; j < n; j++) expect(Math.abs(single[i * n + j]! - exact[i * 2 * n + j]!)).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(['average', 'first'] as const)('rank by the semantic matrix once for all epochs, ties %s', (ties) => {
    const random = createRandom(5);
    const semantic = {
      rows: 12,
      cols: 12,
      data: Float64Array.from({ length: 144 }, (_, k) => 1 / (1 + Math.abs(Math.floor(k / 12) - (k % 12)))),
      missing: [3, 7],
    };
    const draw = () => Array.from({ length: 200 }, () => random.below(12));
    const test = { target: draw(), prediction: draw() };
    const measured = measureEpoch({ epoch: 0, classes: 12, test }, { semantic, ties });
    const counts = measured.similarity.ccsm as { counts: Matrix64 };
    expect(measured.idm.test!.semantic).toEqual(
      inverseDissimilarity(counts.counts, semantic, { ties, missing: semantic.missing }),
    );
  });
});
