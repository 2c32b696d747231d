import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { ssad } from '#src/measures/class-similarity/alignment.ts';
import { noiseCeiling } from '#src/measures/class-similarity/noise-ceiling.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const SIZE = 30;

/** A symmetric matrix of `truth` with noise of that deviation; 1 on the diagonal. */
function noisy(truth: Float64Array, deviation: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  const data = new Float64Array(SIZE * SIZE).fill(1);
  for (let i = 0; i < SIZE; i++)
    for (let j = i + 1; j < SIZE; j++)
      data[i * SIZE + j] = data[j * SIZE + i] = truth[i * SIZE + j]! + deviation * random.normal();
  return { rows: SIZE, cols: SIZE, data };
}

const truth = noisy(new Float64Array(SIZE * SIZE), 1, 1).data;
const spearman = (a: Matrix64, b: Matrix64) => ssad(prepareSimilarity(a), prepareSimilarity(b)).spearman!;

describe('noiseCeiling', () => {
  it('of two is their correlation with one another, and with their mean', () => {
    const [a, b] = [noisy(truth, 1, 2), noisy(truth, 1, 3)];
    const mean = { ...a, data: a.data.map((value, k) => (value + b.data[k]!) / 2) };
    const found = noiseCeiling([a, b]).spearman;
    expect(found.lower).toBeCloseTo(spearman(a, b), 12);
    expect(found.upper).toBeCloseTo((spearman(a, mean) + spearman(b, mean)) / 2, 12);
  });

  it('holds what the true similarity reaches, and is 1 without noise', () => {
    const parts = [4, 5, 6, 7, 8, 9].map((seed) => noisy(truth, 1, seed));
    const { lower, upper } = noiseCeiling(parts).spearman;
    const perfect = { rows: SIZE, cols: SIZE, data: truth };
    const reached = parts.reduce((sum, part) => sum + spearman(part, perfect), 0) / parts.length;
    expect(lower!).toBeLessThan(reached);
    expect(upper!).toBeGreaterThan(reached);
    for (const { lower: low, upper: high } of Object.values(noiseCeiling([perfect, perfect]))) {
      expect(low).toBeCloseTo(1, 12);
      expect(high).toBeCloseTo(1, 12);
    }
  });

  it('needs two', () => {
    expect(() => noiseCeiling([noisy(truth, 1, 2)])).toThrow(UsageError);
  });
});
