import { describe, expect, it } from 'vitest';
import {
  type SaiSide,
  scaleSimilarity,
  similarityAlignmentIndex,
} from '#src/measures/training/alignment/alignment-index.ts';
import { rankAlignment } from '#src/measures/training/alignment/rank-alignment.ts';
import { confusionSimilarityMatrix } from '#src/measures/training/confusion.ts';
import { kendall } from '#src/statistics/kendall.ts';
import { createRandom } from '#src/statistics/random.ts';
import { spearman } from '#src/statistics/spearman.ts';
import type { Matrix } from '#src/tensor/matrix.ts';

const N = 9;
const ALL = Uint32Array.from({ length: N }, (_, c) => c);

function symmetric(seed: number): Matrix {
  const random = createRandom(seed);
  const data = new Float64Array(N * N).fill(1);
  for (let i = 0; i < N; i++) for (let j = 0; j < i; j++) data[i * N + j] = data[j * N + i] = random.below(20) / 20;
  return { rows: N, cols: N, data };
}

/** The entries that `keep` picks by row and column, in order. */
function entries({ data }: Matrix, keep: (i: number, j: number) => boolean): number[] {
  return [...data].filter((_, at) => keep(Math.floor(at / N), at % N));
}

describe('rank measures of a pair', () => {
  it('are of the entries above the diagonal of two similarity matrices', () => {
    const [a, b] = [symmetric(1), symmetric(2)];
    const above = (m: Matrix) => entries(m, (i, j) => j > i);
    expect(rankAlignment(scaleSimilarity(a, ALL).image!, scaleSimilarity(b, ALL).image!)).toEqual({
      spearman: spearman(above(a), above(b)),
      kendall: kendall(above(a), above(b)),
    });
  });

  it('are of all entries off the diagonal where one is not symmetric, whatever it is; of half where that is rounding', () => {
    const random = createRandom(8);
    const [a, uneven] = [symmetric(9), symmetric(10)];
    const rounded = { ...uneven, data: uneven.data.map((value, at) => value + (at % 4) * 1e-7) };
    const above = (m: Matrix) => entries(m, (i, j) => j > i);
    const { kendall: byHalf } = similarityAlignmentIndex(a, rounded, { rankMeasures: true });
    expect(byHalf).toBeCloseTo(kendall(above(a), above(rounded))!, 12);
    for (let k = 0; k < uneven.data.length; k += 3) uneven.data[k] = random.below(20) / 20;
    const off = (m: Matrix) => entries(m, (i, j) => j !== i);
    for (const [x, y] of [[a, uneven] as const, [uneven, a] as const]) {
      const found = similarityAlignmentIndex(x, y, { rankMeasures: true });
      expect(found.spearman).toBeCloseTo(spearman(off(x), off(y))!, 12);
      expect(found.kendall).toBeCloseTo(kendall(off(x), off(y))!, 12);
    }
  });

  it('are of all entries off the diagonal where one is a confusion matrix', () => {
    const random = createRandom(3);
    const counts: Matrix = { rows: N, cols: N, data: Float64Array.from({ length: N * N }, () => 1 + random.below(9)) };
    const side: SaiSide = { counts };
    const off = (m: Matrix) => entries(m, (i, j) => j !== i);
    const [a, b] = [symmetric(4), confusionSimilarityMatrix(counts).matrix];
    const found = similarityAlignmentIndex(a, side, { rankMeasures: true });
    expect(found.spearman).toBeCloseTo(spearman(off(a), off(b))!, 12);
    expect(found.kendall).toBeCloseTo(kendall(off(a), off(b))!, 12);
  });

  it('are exactly 1 of a matrix with itself, do not depend on the order of the classes, and are left out unless asked for', () => {
    const [a, b] = [symmetric(5), symmetric(6)];
    const order = createRandom(7).permutation(N);
    const moved = (m: Matrix): Matrix => ({
      ...m,
      data: m.data.map((_, at) => m.data[order[Math.floor(at / N)]! * N + order[at % N]!]!),
    });
    const measure = (x: Matrix, y: Matrix) => similarityAlignmentIndex(x, y, { rankMeasures: true });
    expect(measure(a, a)).toMatchObject({ spearman: 1, kendall: 1 });
    expect(measure(moved(a), moved(b)).spearman).toBeCloseTo(measure(a, b).spearman!, 12);
    expect(measure(moved(a), moved(b)).kendall).toBeCloseTo(measure(a, b).kendall!, 12);
    expect(similarityAlignmentIndex(a, b)).toMatchObject({ spearman: null, kendall: null });
  });
});
