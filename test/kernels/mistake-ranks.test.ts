import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confusionCounts } from '#src/measures/training/confusion.ts';
import { inverseDissimilarity } from '#src/measures/training/inverse-dissimilarity.ts';
import { createRandom } from '#src/statistics/random.ts';

describe('the kernel of mistake ranks', () => {
  it('gives the same bytes as its plain twin, for every class count and with ties', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(1e6), fc.constantFrom(3, 1e9), (n, seed, levels) => {
        const random = createRandom(seed);
        const similarity = {
          rows: n,
          cols: n,
          data: Float64Array.from({ length: n * n }, () => random.below(levels) / levels - 0.5),
        };
        const draw = () => Array.from({ length: 6 * n }, () => random.below(n));
        const counts = confusionCounts(draw(), draw(), n);
        expect(inverseDissimilarity(counts, similarity, { tier: 'simd' })).toEqual(
          inverseDissimilarity(counts, similarity, { tier: 'plain' }),
        );
      }),
    );
  });
});
