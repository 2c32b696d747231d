import { describe, expect, it } from 'vitest';
import { permutationMoments, permutationSums } from '#src/statistics/permutation-moments.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** Off-diagonal entries of a random n×n matrix, not symmetric. */
function offDiagonal(n: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  return { rows: n, cols: n - 1, data: Float64Array.from({ length: n * (n - 1) }, () => random.next()) };
}

function* permutations(items: number[]): Generator<number[]> {
  if (items.length < 2) yield items;
  else
    for (const [at, item] of items.entries())
      for (const rest of permutations(items.filter((_, k) => k !== at))) yield [item, ...rest];
}

describe('permutationMoments', () => {
  it.each([2, 3, 4, 6])('equals the mean and deviation over all %i! orders', (n) => {
    const a = offDiagonal(n, n);
    const b = offDiagonal(n, n + 100);
    const at = (m: Matrix64, i: number, j: number) => m.data[i * m.cols + (j < i ? j : j - 1)]!;
    const totals: number[] = [];
    for (const order of permutations(Array.from({ length: n }, (_, i) => i))) {
      let total = 0;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) if (i !== j) total += at(a, i, j) * at(b, order[i]!, order[j]!);
      totals.push(total);
    }
    const mean = totals.reduce((sum, value) => sum + value, 0) / totals.length;
    const variance = totals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / totals.length;
    const found = permutationMoments(permutationSums(a), permutationSums(b));
    expect(found.mean).toBeCloseTo(mean, 10);
    expect(found.sd).toBeCloseTo(Math.sqrt(variance), 7);
  });
});
