import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { IncomparableError, UsageError } from '#src/base/errors.ts';
import { cka, hsicOf, minibatchCka } from '#src/measures/representations/comparison/cka.ts';
import { jensenShannonMatrix, outputCorrelation } from '#src/measures/representations/comparison/output-similarity.ts';
import { nestedDatabases, pooledVectors, retrieve } from '#src/measures/representations/comparison/retrieval.ts';
import { f1OfCounts, iouOfLabels, scoreRetrieval } from '#src/measures/representations/comparison/retrieval-scores.ts';
import { requireSameSamples, rsa } from '#src/measures/representations/comparison/rsa.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import { approximationRatios, approximationValues } from '#src/measures/representations/matching/approximation.ts';
import { imageBatches, subMatrix } from '#src/measures/representations/matching/image-batches.ts';
import { mutualNeighbours } from '#src/measures/representations/matching/mutual-neighbours.ts';
import { softmaxRows } from '#src/statistics/probabilities.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

/** X·Xᵀ of random vectors. */
function gramOf(n: number, depth: number, seed: number): Matrix64 {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: n * depth }, () => random.normal());
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < depth; k++) data[i * n + j]! += x[i * depth + k]! * x[j * depth + k]!;
  return { rows: n, cols: n, data };
}

function matrix(rows: number[][]): Matrix64 {
  return { rows: rows.length, cols: rows[0]!.length, data: Float64Array.from(rows.flat()) };
}

function scaled(m: Matrix64, factor: number): Matrix64 {
  return { ...m, data: m.data.map((value) => value * factor) };
}

describe('CKA', () => {
  it('is 1 for a matrix with itself and does not see scale', () => {
    const k = gramOf(12, 5, 1);
    const l = gramOf(12, 5, 2);
    for (const estimator of ['biased', 'unbiased'] as const) {
      expect(cka(k, k, { estimator }).value).toBeCloseTo(1, 12);
      expect(cka(scaled(k, 1e-6), scaled(l, 1e6), { estimator }).value).toBeCloseTo(
        cka(k, l, { estimator }).value!,
        10,
      );
    }
  });

  it('does not see a constant added to similarity', () => {
    const k = gramOf(9, 4, 1);
    const l = gramOf(9, 4, 2);
    const lifted = { ...l, data: l.data.map((value) => value + 1e3) };
    expect(cka(k, lifted).value).toBeCloseTo(cka(k, l).value!, 9);
  });

  it('follows the formula of HSIC₁ by hand', () => {
    // K̃ has one pair of 1s: tr(K̃K̃) = 2, sums 2, 1ᵀK̃K̃1 = 2, n = 4.
    const k = matrix([
      [7, 1, 0, 0],
      [1, 8, 0, 0],
      [0, 0, 9, 0],
      [0, 0, 0, 9],
    ]);
    expect(hsicOf(k, k, 'unbiased')).toBeCloseTo((2 + 4 / 6 - (2 * 2) / 2) / 4, 12);
  });

  it('says why it is undefined', () => {
    const constant = matrix([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(cka(gramOf(4, 2, 1), constant)).toMatchObject({ value: null, reason: expect.stringContaining('second') });
  });

  it('takes rounding for what it is', () => {
    const tenths = { rows: 30, cols: 30, data: new Float64Array(900).fill(0.1) };
    for (const estimator of ['biased', 'unbiased'] as const)
      expect(cka(tenths, gramOf(30, 3, 1), { estimator }).value).toBeNull();
    for (let seed = 0; seed < 50; seed++)
      expect(hsicOf(gramOf(4, 1, seed), gramOf(4, 1, seed), 'unbiased')).toBeGreaterThanOrEqual(0);
  });

  it('needs enough images, the same on both sides', () => {
    expect(() => cka(gramOf(3, 2, 1), gramOf(3, 2, 2), { estimator: 'unbiased' })).toThrow(
      'at least 4 images; found 3',
    );
    expect(() => cka(gramOf(4, 2, 1), gramOf(5, 2, 2))).toThrow(IncomparableError);
    expect(() => cka(matrix([[1, 2]]), matrix([[1, 2]]))).toThrow('square');
  });

  it('of batches averages HSIC or CKA', () => {
    const batches = [1, 2, 3].map((seed) => ({ k: gramOf(8, 3, seed), l: gramOf(8, 3, seed + 10) }));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const rule of ['biased', 'unbiased'] as const) {
      const of = (a: 'k' | 'l', b: 'k' | 'l') => mean(batches.map((batch) => hsicOf(batch[a], batch[b], rule)));
      const expected = of('k', 'l') / Math.sqrt(of('k', 'k') * of('l', 'l'));
      expect(minibatchCka(batches, rule).value).toBeCloseTo(expected, 12);
    }
    expect(minibatchCka(batches, 'mean').value).toBeCloseTo(mean(batches.map(({ k, l }) => cka(k, l).value!)), 12);
    expect(minibatchCka([{ k: batches[0]!.k, l: batches[0]!.k }], 'mean').value).toBeCloseTo(1, 12);
    expect(() => minibatchCka([])).toThrow(UsageError);
  });
});

describe('RSA', () => {
  const k = gramOf(14, 4, 1);
  const near = { ...k, data: k.data.map((value, i) => value + 0.01 * Math.sin(i)) };

  test.each(['pearson', 'spearman', 'kendall'] as const)('%s is 1 for itself and has a permutation p', (measure) => {
    expect(rsa(k, k, { measure }).value).toBeCloseTo(1, 12);
    const related = rsa(k, near, { measure, permutations: 99, seed: 1 });
    expect(related).toMatchObject({ pairs: 91, permutations: 99, seed: 1, p: 0.01 });
    expect(rsa(k, near, { measure, permutations: 99, seed: 1 })).toEqual(related);
    const unrelated = rsa(k, gramOf(14, 4, 77), { measure, permutations: 199 });
    expect(unrelated.p!).toBeGreaterThan(0.01);
    expect(rsa(k, k, { measure }).p).toBeNull();
  });

  it('is null for a constant matrix, which has nothing to correlate', () => {
    expect(rsa(k, { ...k, data: new Float64Array(196).fill(2) }, { permutations: 5 })).toMatchObject({
      value: null,
      p: null,
    });
  });

  it('refuses other images and other measures', () => {
    expect(() => rsa(k, gramOf(13, 4, 1))).toThrow(IncomparableError);
    expect(() => rsa(k, k, { measure: 'cosine' as never })).toThrow(UsageError);
    expect(() => rsa(k, k, { permutations: -1 })).toThrow(UsageError);
    expect(() => rsa(gramOf(2, 1, 1), gramOf(2, 1, 1))).toThrow('At least 3 images');
    expect(() => requireSameSamples(['a', 'b', 'c'], ['a', 'x', 'c'])).toThrow('sample 1 is b and x');
    expect(() => requireSameSamples(['a'], ['a', 'b'])).toThrow('sample 1 is missing and b');
    expect(requireSameSamples(['a', 'b'], ['a', 'b'])).toBeUndefined();
  });
});

describe('mutual nearest neighbours', () => {
  it('are all shared by a matrix and itself, and by chance otherwise', () => {
    const k = gramOf(40, 6, 3);
    expect(mutualNeighbours(k, k, 7)).toMatchObject({ overlap: 1, chance: 7 / 39 });
    expect(mutualNeighbours(k, scaled(k, -1), 20).overlap).toBeLessThan(0.2);
    expect(mutualNeighbours(k, gramOf(40, 6, 4), 39).overlap).toBe(1);
    expect(() => mutualNeighbours(k, k, 40)).toThrow('between 1 and 39');
  });

  it('count ties by index and never the image itself', () => {
    const tied = matrix([
      [9, 1, 1],
      [1, 9, 1],
      [1, 1, 9],
    ]);
    const first = matrix([
      [9, 5, 1],
      [5, 9, 1],
      [1, 5, 9],
    ]);
    expect([...mutualNeighbours(tied, first, 1).perImage]).toEqual([1, 1, 0]);
  });
});

describe('output similarity', () => {
  it('has divergences in [0, ln 2], symmetric, 0 on the diagonal', () => {
    const random = createRandom(3);
    const logits = { rows: 6, cols: 9, data: Float64Array.from({ length: 54 }, () => 20 * random.normal()) };
    const probabilities = softmaxRows(logits);
    const { data } = jensenShannonMatrix(probabilities);
    for (let i = 0; i < 6; i++) {
      expect(data[i * 6 + i]).toBe(0);
      for (let j = 0; j < 6; j++) {
        expect(data[i * 6 + j]).toBe(data[j * 6 + i]);
        expect(data[i * 6 + j]!).toBeGreaterThanOrEqual(0);
        expect(data[i * 6 + j]!).toBeLessThanOrEqual(Math.LN2);
      }
    }
    const apart = jensenShannonMatrix(
      matrix([
        [1, 0],
        [0, 1],
      ]),
    );
    expect(apart.data[1]).toBeCloseTo(Math.LN2, 12);
  });

  it('softmax does not overflow', () => {
    expect([...softmaxRows(matrix([[1000, 1000, -1000]])).data]).toEqual([0.5, 0.5, 0]);
  });

  it('refuses rows that are no distributions', () => {
    expect(() => jensenShannonMatrix(matrix([[0.2, 0.2]]))).toThrow('sum to 0.4');
    expect(() => jensenShannonMatrix(matrix([[1.5, -0.5]]))).toThrow('Row 0');
  });

  it('correlates with similarity over different pairs', () => {
    const similarity = gramOf(8, 3, 1);
    const divergence = scaled(similarity, -1);
    const result = outputCorrelation(similarity, divergence);
    expect(result.pairs).toBe(28);
    expect(result.pearson).toBeCloseTo(-1, 12);
    expect(result.spearman).toBeCloseTo(-1, 12);
    expect(() => outputCorrelation(similarity, gramOf(7, 3, 1))).toThrow(IncomparableError);
  });
});

describe('retrieval', () => {
  const similarity = matrix([
    [0.9, 0.8, 0.7, 0.6],
    [0.1, 0.5, 0.5, 0.2],
  ]);

  it('returns the most similar first, ties by index', () => {
    expect(retrieve(similarity, { k: 2 }).map((found) => [...found])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('leaves out the own group, the own image and what is not in the database', () => {
    const groups = { queryGroups: ['v1', null], databaseGroups: ['v1', 'v1', 'v2', null] };
    expect(retrieve(similarity, groups).map((found) => [...found])).toEqual([[2], [1]]);
    expect(retrieve(similarity, { excludeSelf: true, k: 3 }).map((found) => [...found])).toEqual([
      [1, 2, 3],
      [2, 3, 0],
    ]);
    expect(retrieve(similarity, { database: [3, 2], k: 9 }).map((found) => [...found])).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(() => retrieve(similarity, { queryGroups: ['a'] })).toThrow(IncomparableError);
    expect(() => retrieve(similarity, { k: 0 })).toThrow(UsageError);
  });

  it('sweeps nested databases', () => {
    const [small, large] = nestedDatabases(50, [10, 30], 4);
    expect(small).toHaveLength(10);
    expect(large).toHaveLength(30);
    for (const image of small!) expect(large).toContain(image);
    expect(() => nestedDatabases(5, [6])).toThrow(UsageError);
  });

  it('scores counts of objects by F1', () => {
    // TP = 1 + 1, FN = 1 (a cup), FP = 2 (plates): 2·2 / (2·2 + 1 + 2).
    expect(f1OfCounts({ cup: 2, plate: 1 }, { cup: 1, plate: 3 })).toBeCloseTo(4 / 7, 12);
    expect(f1OfCounts({ cup: 1 }, { toString: 1 })).toBe(0);
    expect(f1OfCounts({}, {})).toBeNull();
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(4)), (counts) => {
        const empty = Object.values(counts).every((count) => count === 0);
        expect(f1OfCounts(counts, counts)).toBe(empty ? null : 1);
      }),
    );
  });

  it('scores sets of labels by IoU', () => {
    expect(iouOfLabels(['car', 'tree', 'car'], ['tree', 'bus'])).toBeCloseTo(1 / 3, 12);
    expect(iouOfLabels([], [])).toBeNull();
  });

  it('averages over queries with an interval, leaving out those without a score', () => {
    const found = [[0, 1], [1], [2, 0]];
    const values = [0.2, 0.9, 0.4];
    const score = (query: number, image: number) => (query === 1 ? null : values[image]!);
    const first = scoreRetrieval(found, score)!;
    expect(first.mean).toBeCloseTo(0.3, 12);
    expect(first).toMatchObject({ skipped: 1, count: 2, level: 0.95 });
    expect(first.low).toBeLessThanOrEqual(first.mean);
    expect(first.high).toBeGreaterThanOrEqual(first.mean);
    expect(scoreRetrieval(found, score, { of: 'best' })!.mean).toBeCloseTo((0.9 + 0.4) / 2, 12);
    expect(scoreRetrieval(found, score, { of: 'mean' })!.mean).toBeCloseTo((0.55 + 0.3) / 2, 12);
    expect(scoreRetrieval(found, () => null)).toBeNull();
  });

  it('can pool positions into one vector', () => {
    const maps = featureMaps({ shape: [1, 2, 2], data: Float64Array.of(1, 2, 3, 6) });
    expect([...pooledVectors(maps).data]).toEqual([2, 4]);
    expect([...pooledVectors(maps, 'first').data]).toEqual([1, 2]);
  });
});

describe('approximation ratios', () => {
  it('lie at or below 1 and skip optima that are not positive', () => {
    const random = createRandom(4);
    const data = Float32Array.from({ length: 4 * 20 * 6 }, () => Math.max(0, random.normal()));
    data.fill(0, 0, 20 * 6);
    const maps = featureMaps({ shape: [4, 20, 6], data });
    const pairs = [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const;
    const methods = [{ method: 'none' }, { method: 'batch-optimal', batchSize: 5 }, { method: 'optimal' }] as const;
    const ratios = approximationRatios(approximationValues(maps, pairs, methods), methods);
    expect(ratios.map(({ method }) => method)).toEqual(['none', 'batch-optimal', 'optimal']);
    for (const { ratios: values, skipped, mean, aggregate } of ratios) {
      expect(skipped).toBe(1);
      expect(values).toHaveLength(2);
      expect(Math.max(...values)).toBeLessThanOrEqual(1);
      expect(mean!).toBeGreaterThan(0);
      expect(aggregate!).toBeLessThanOrEqual(1);
    }
    expect(ratios[2]!.mean).toBe(1);
  });
});

describe('batches of images', () => {
  it('use every image once, in sizes that differ by at most one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 8, max: 60 }), (n, size) => {
        const batches = imageBatches(n, size, 3);
        const sizes = batches.map((batch) => batch.length);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        if (n > 3) expect(Math.min(...sizes)).toBeGreaterThan(3);
        expect(batches.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
      }),
    );
    expect(() => imageBatches(20, 7)).toThrow('A batch must be of at least 8 images; found 7.');
  });

  it('give CKA near that of all images where HSIC₁ is averaged, and above it where biased HSIC is', () => {
    const k = gramOf(120, 20, 5);
    const l = gramOf(120, 20, 6);
    const batches = imageBatches(120, 30).map((images) => ({ k: subMatrix(k, images), l: subMatrix(l, images) }));
    const whole = cka(k, l, { estimator: 'unbiased' }).value!;
    expect(Math.abs(minibatchCka(batches, 'unbiased').value! - whole)).toBeLessThan(0.03);
    expect(minibatchCka(batches, 'biased').value!).toBeGreaterThan(cka(k, l).value! + 0.1);
  });
});
