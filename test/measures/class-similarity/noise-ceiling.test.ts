import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '#src/base/errors.ts';
import { ssad } from '#src/measures/class-similarity/alignment.ts';
import {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
} from '#src/measures/class-similarity/alignment-measures/alignment-measures.ts';
import {
  meanAlignment as meanOfPrepared,
  type NoiseCeiling,
  noiseCeiling,
} from '#src/measures/class-similarity/noise-ceiling.ts';
import { prepareSimilarity } from '#src/measures/class-similarity/prepared-similarity.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** Made by make-noise-ceiling.py, which tries all orders of few classes. */
const { cases } = JSON.parse(readFileSync(new URL('../../golden/noise-ceiling.json', import.meta.url), 'utf8')) as {
  cases: {
    name: string;
    classes: number;
    parts: number[][];
    model: number[];
    ceiling: Record<AlignmentMeasure, NoiseCeiling> & {
      'best of all orders'?: Record<'spearman' | 'kendall', number>;
    };
    mean: Record<AlignmentMeasure, number>;
    withMean: Record<AlignmentMeasure, number>;
  }[];
};

const meanAlignment = (model: Matrix64, given: Matrix64[]) =>
  meanOfPrepared(
    model,
    given.map((part) => prepareSimilarity(part)),
  );

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

const perfect = noisy(new Float64Array(SIZE * SIZE), 1, 1);
const parts = [4, 5, 6, 7, 8, 9].map((seed) => noisy(perfect.data, 1, seed));

describe('noiseCeiling and the mean alignment that it bounds', () => {
  it.each(cases)('of $name, against NumPy and SciPy', ({ classes: n, ceiling, mean, ...golden }) => {
    const square = (data: number[]): Matrix64 => ({ rows: n, cols: n, data: Float64Array.from(data) });
    const given = golden.parts.map(square);
    const found = noiseCeiling(given);
    const reached = meanAlignment(square(golden.model), given);
    for (const measure of ALIGNMENT_MEASURES) {
      expect(found[measure].lower, measure).toBeCloseTo(ceiling[measure].lower!, 10);
      expect(found[measure].upper, measure).toBeCloseTo(ceiling[measure].upper!, 10);
      expect(reached[measure], measure).toBeCloseTo(mean[measure], 10);
    }
    const best = ceiling['best of all orders'];
    if (best) expect(found.spearman.upper! - best.spearman).toBeGreaterThan(-1e-12);
    if (best) expect(Math.abs(found.kendall.upper! - best.kendall)).toBeLessThan(0.05);
  });

  it('holds what the true similarity reaches, and not what it has with the mean of the parts', () => {
    const reached = meanAlignment(perfect, parts);
    const blurred = meanAlignment(noisy(perfect.data, 0.6, 10), parts);
    const mean = {
      ...perfect,
      data: perfect.data.map((_, k) => parts.reduce((sum, { data }) => sum + data[k]!, 0) / 6),
    };
    const withMean = ssad(prepareSimilarity(perfect), prepareSimilarity(mean));
    const ceiling = noiseCeiling(parts);
    for (const measure of ALIGNMENT_MEASURES) {
      const { lower, upper } = ceiling[measure];
      expect(reached[measure], measure).toBeGreaterThan(lower!);
      expect(reached[measure], measure).toBeLessThan(upper!);
      expect(blurred[measure], measure).toBeLessThan(lower!);
      expect(withMean[measure], measure).toBeGreaterThan(upper!);
    }
  });

  it('is 1 without noise, and does not depend on the scale of a part for ranks and scaled cosines', () => {
    for (const { lower, upper } of Object.values(noiseCeiling([perfect, perfect]))) {
      expect(lower).toBeCloseTo(1, 12);
      expect(upper).toBeCloseTo(1, 12);
    }
    const stretched = parts.map((part, r) => ({ ...part, data: part.data.map((value) => 10 ** r * value + r) }));
    const [found, expected] = [noiseCeiling(stretched), noiseCeiling(parts)];
    for (const measure of ALIGNMENT_MEASURES) expect(found[measure].upper).toBeCloseTo(expected[measure].upper!, 9);
  });

  it('leaves a class out that one part lacks, and has none where a part is constant', () => {
    const without = (part: Matrix64, c: number): Matrix64 => ({
      ...part,
      data: part.data.map((value, k) => (k % SIZE === c || Math.floor(k / SIZE) === c ? Number.NaN : value)),
    });
    const all = parts.map((part) => without(part, 3));
    expect(noiseCeiling([without(parts[0]!, 3), ...parts.slice(1)])).toEqual(noiseCeiling(all));
    const constant = { ...perfect, data: perfect.data.map(() => 1) };
    expect(noiseCeiling([...parts, constant]).spearman).toEqual({ lower: null, upper: null });
    expect(meanAlignment(perfect, [...parts, constant]).spearman).toBeNull();
  });

  it('needs two', () => {
    expect(() => noiseCeiling([perfect])).toThrow(UsageError);
  });
});
