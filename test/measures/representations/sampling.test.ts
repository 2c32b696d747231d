import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hsicOf, minibatchCka } from '#src/measures/representations/comparison/cka.ts';
import { rsa } from '#src/measures/representations/comparison/rsa.ts';
import type { FeatureMaps } from '#src/measures/representations/feature-maps.ts';
import { imageBatches, subMatrix } from '#src/measures/representations/matching/image-batches.ts';
import { matchPairs } from '#src/measures/representations/matching/match-pairs.ts';
import { matchTile } from '#src/measures/representations/matching/match-tile.ts';
import { MATCHING_METHODS } from '#src/measures/representations/matching/matching-methods.ts';
import {
  addProfiles,
  emptyProfiles,
  matchedSumBound,
} from '#src/measures/representations/sampling/matched-sum-bound.ts';
import { pairCount, pairsWithin, samplePairs } from '#src/measures/representations/sampling/sample-pairs.ts';
import { sampledCka, sampledCorrelation } from '#src/measures/representations/sampling/sampled-estimates.ts';
import { searchKey, sumForKey } from '#src/measures/representations/sampling/search-key.ts';
import { SIMILARITY_KERNELS } from '#src/measures/representations/similarity-kernels.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { studentQuantile } from '#src/statistics/distributions/student.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

function maps(images: number, positions: number, channels: number, seed: number, offset = 0): FeatureMaps {
  const random = createRandom(seed);
  const data = Float32Array.from({ length: images * positions * channels }, () => offset + random.normal());
  return { images, positions, channels, data, extent: { height: 1, width: positions } };
}

/** Two similarity matrices of images whose representations have something in common. */
function relatedMatrices(n: number, seed: number, dimensions = 6): [Matrix64, Matrix64] {
  const random = createRandom(seed);
  const shared = Array.from({ length: n }, () => Array.from({ length: dimensions }, () => random.normal()));
  return [0.6, 1].map((noise) => {
    const vectors = shared.map((vector) => vector.map((value) => value + noise * random.normal()));
    const data = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) data[i * n + j] = vectors[i]!.reduce((sum, v, c) => sum + v * vectors[j]![c]!, 0);
    return { rows: n, cols: n, data };
  }) as [Matrix64, Matrix64];
}

describe('sampled pairs', () => {
  it('are different pairs of different images, each as likely as any other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 0, max: 500 }), fc.nat(1000), (n, count, seed) => {
        const { rows, columns } = samplePairs(n, count, seed);
        expect(rows.length).toBe(Math.min(count, pairCount(n)));
        const codes = new Set<number>();
        rows.forEach((i, p) => {
          const j = columns[p]!;
          expect(i > j && j >= 0 && i < n).toBe(true);
          codes.add(i * n + j);
        });
        expect(codes.size).toBe(rows.length);
      }),
    );
    for (const count of [9, 30]) {
      const seen = new Map<number, number>();
      for (let seed = 0; seed < 2000; seed++) {
        const { rows, columns } = samplePairs(9, count, seed);
        rows.forEach((i, p) => {
          const code = i * 9 + columns[p]!;
          seen.set(code, (seen.get(code) ?? 0) + 1);
        });
      }
      expect(seen.size).toBe(36);
      const expected = (2000 * count) / 36;
      const spread = Math.sqrt(expected * (1 - count / 36));
      for (const times of seen.values()) expect(Math.abs(times - expected)).toBeLessThan(4.5 * spread);
    }
  });

  it('are more than a Set of JavaScript holds where so many are asked for', () => {
    const [n, count] = [10_000, 2 ** 24 + 1000];
    const { rows, columns } = samplePairs(n, count, 3);
    const seen = new Uint8Array(pairCount(n));
    let again = 0;
    for (let p = 0; p < count; p++) again += seen[pairCount(rows[p]!) + columns[p]!]++ > 0 ? 1 : 0;
    expect([rows.length, again]).toEqual([count, 0]);
    // Each image is in 2·count/n of them, a third of its pairs: a hypergeometric draw.
    const share = count / pairCount(n);
    const spread = Math.sqrt((n - 1) * share * (1 - share));
    const times = new Uint32Array(n);
    for (let p = 0; p < count; p++) {
      times[rows[p]!]!++;
      times[columns[p]!]!++;
    }
    for (const found of times) if (Math.abs(found - (2 * count) / n) > 6 * spread) expect(found).toBe('near the mean');
  });

  it('within batches are those of each batch and no others', () => {
    const batches = imageBatches(23, 8, 1);
    const { rows, columns } = pairsWithin(batches);
    const batchOf = new Map(batches.flatMap((batch, b) => [...batch].map((image) => [image, b])));
    expect(rows.length).toBe(batches.reduce((sum, { length }) => sum + pairCount(length), 0));
    rows.forEach((i, p) => {
      expect(batchOf.get(i)).toBe(batchOf.get(columns[p]!));
    });
  });

  it.each(MATCHING_METHODS)('have by %s the values of a whole tile, to the last bit', async (method) => {
    const x = maps(7, 9, 5, 3);
    const options = { method, batchSize: 4, topk: 4 };
    const { semantic, spatial } = await similarityMatrices(x, x, options);
    const { rows, columns } = samplePairs(7, 15, 2);
    const order = [...rows.keys()].sort((a, b) => rows[a]! - rows[b]!);
    const places = Int32Array.from(order.flatMap((p) => [rows[p]!, columns[p]!]));
    const found = await matchPairs(x, x, { places }, options);
    order.forEach((p, k) => {
      expect(found.semantic[k]).toBe(semantic.linear.data[rows[p]! * 7 + columns[p]!]);
      expect(found.spatial![k]).toBe(spatial!.linear.data[rows[p]! * 7 + columns[p]!]);
    });
  });
});

describe('bounds of the matched sum', () => {
  it('hold for all pairs, whatever the features', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(10_000),
        fc.constantFrom(0, 1, 100, -3),
        async (positions, channels, seed, offset) => {
          const x = maps(4, positions, channels, seed, offset);
          const profiles = emptyProfiles(4, positions, channels);
          addProfiles(profiles, x, 0);
          const { semantic } = await matchTile(x, { ...x });
          for (let i = 0; i < 4; i++)
            for (let j = 0; j < 4; j++)
              expect(matchedSumBound(profiles, i, j)).toBeGreaterThanOrEqual(semantic[i * 4 + j]!);
        },
      ),
    );
  });

  it('skip a pair only where no assignment reaches its floor', async () => {
    const x = maps(6, 8, 3, 5);
    const places = Int32Array.from([1, 0, 2, 0, 2, 1, 3, 0, 4, 2, 5, 4]);
    const all = await matchPairs(x, x, { places });
    const tight = await matchPairs(x, x, { places, floors: all.semantic });
    expect(tight.semantic).toEqual(all.semantic);
    const high = await matchPairs(x, x, { places, floors: all.semantic.map((value) => value + 1000) });
    expect(high.semantic.every(Number.isNaN)).toBe(true);
    expect(high.spatial).toEqual(all.spatial);
  });

  it('turn into keys of every kernel and back without losing what is equal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SIMILARITY_KERNELS),
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (kernel, sum, a, b) => {
          expect(sumForKey(kernel, searchKey(kernel, sum, a, b), a, b)).toBeLessThanOrEqual(sum);
        },
      ),
    );
  });
});

describe('intervals', () => {
  it('use quantiles of Student’s t as tables have them', () => {
    for (const [freedom, expected] of [
      [5, 2.5706],
      [10, 2.2281],
      [30, 2.0423],
      [49, 2.0096],
    ] as const)
      expect(Math.abs(studentQuantile(0.975, freedom) / expected - 1)).toBeLessThan(0.003);
  });

  it.each(['pearson', 'spearman', 'kendall'] as const)(
    'of %s over sampled pairs hold the value of all pairs in at least 0.9 of the draws, and narrow with the budget',
    (measure) => {
      const n = 60;
      const [k, l] = relatedMatrices(n, 4);
      const all = pairCount(n);
      const truth = rsa(k, l, { measure }).value!;
      const widths: number[] = [];
      for (const count of [200, 800]) {
        let held = 0;
        let width = 0;
        const draws = 120;
        for (let seed = 0; seed < draws; seed++) {
          const { rows, columns } = samplePairs(n, count, seed);
          const of = ({ data }: Matrix64): Float64Array =>
            Float64Array.from(rows, (i, p) => data[i * n + columns[p]!]!);
          const { value, low, high } = sampledCorrelation(of(k), of(l), measure, all);
          expect(low! <= value! && value! <= high!).toBe(true);
          if (low! <= truth && truth <= high!) held++;
          width += (high! - low!) / draws;
        }
        expect(held / draws, `${count} pairs`).toBeGreaterThanOrEqual(0.9);
        widths.push(width);
      }
      expect(widths[1]!).toBeLessThan(widths[0]! * 0.6);
      const { rows, columns } = samplePairs(n, all, 0);
      const whole = ({ data }: Matrix64): Float64Array => Float64Array.from(rows, (i, p) => data[i * n + columns[p]!]!);
      const exact = sampledCorrelation(whole(k), whole(l), measure, all);
      expect(exact.value).toBeCloseTo(truth, 12);
      expect([exact.low, exact.high]).toEqual([exact.value, exact.value]);
    },
  );

  it.each(['unbiased', 'mean'] as const)('of mini-batch CKA (%s) hold what more images give, and narrow', (rule) => {
    const population = relatedMatrices(900, 9);
    const hsic = (images: Int32Array) => {
      const [k, l] = population.map((matrix) => subMatrix(matrix, images)) as [Matrix64, Matrix64];
      const estimator = rule === 'unbiased' ? 'unbiased' : 'biased';
      return { kl: hsicOf(k, l, estimator), kk: hsicOf(k, k, estimator), ll: hsicOf(l, l, estimator) };
    };
    // What all batches of the population give is what batches of a part of it estimate.
    const truth = sampledCka(imageBatches(900, 15, 77).map(hsic), rule).value!;
    const widths: number[] = [];
    for (const n of [150, 450]) {
      let held = 0;
      let width = 0;
      const draws = 100;
      for (let seed = 0; seed < draws; seed++) {
        const images = createRandom(seed).permutation(900).slice(0, n);
        const batches = imageBatches(n, 15, seed).map((batch) => batch.map((i) => images[i]!));
        const each = batches.map(hsic);
        const { value, low, high } = sampledCka(each, rule);
        const pairs = batches.map((batch) => {
          const [k, l] = population.map((matrix) => subMatrix(matrix, batch)) as [Matrix64, Matrix64];
          return { k, l };
        });
        if (seed < 3) expect(value).toBeCloseTo(minibatchCka(pairs, rule).value!, 12);
        width += (high! - low!) / draws;
        if (low! <= truth && truth <= high!) held++;
      }
      expect(held / draws, `${n} images`).toBeGreaterThanOrEqual(0.9);
      widths.push(width);
    }
    expect(widths[1]!).toBeLessThan(widths[0]! * 0.7);
  });

  it('are not given where there is too little to tell', () => {
    const [a, b] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(2, 1, 4, 3)];
    expect(sampledCorrelation(a, b, 'spearman', 100)).toMatchObject({ low: null, high: null });
    expect(
      sampledCorrelation(
        a.map(() => 1),
        b,
        'pearson',
        100,
      ),
    ).toEqual({ value: null, low: null, high: null });
    expect(sampledCka([{ kl: 1, kk: 2, ll: 2 }], 'unbiased')).toEqual({
      value: expect.closeTo(0.5),
      low: null,
      high: null,
    });
    expect(sampledCka([], 'unbiased').value).toBeNull();
  });
});
