import { describe, expect, it } from 'vitest';
import { analyseRepresentations, thisThread } from '#src/analyses/representations/analyse-representations.ts';
import type { MatchPool } from '#src/analyses/representations/matching/match-in-tiles.ts';
import { plainOptions } from '#src/analyses/representations/option-table.ts';
import type { RepresentationsOptions } from '#src/analyses/representations/options.ts';
import { memoryOfLayers } from '#src/analyses/representations/plan/require-memory.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { openNpyArray } from '#src/formats/npy/read-npy.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { centre } from '#src/measures/representations/comparison/centring.ts';
import { retrieve } from '#src/measures/representations/comparison/retrieval.ts';
import type { FeatureMaps } from '#src/measures/representations/feature-maps.ts';
import { pairCount } from '#src/measures/representations/sampling/sample-pairs.ts';
import { kernelMatrix, SIMILARITY_KERNELS } from '#src/measures/representations/similarity-kernels.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore } from '#src/study/store.ts';

/** Features of images in a few clusters, so that some are near one another. */
function clustered(
  images: number,
  positions: number,
  channels: number,
  seed: number,
  spread = 0.5,
): FeatureMaps<Float32Array> {
  const random = createRandom(seed);
  const size = positions * channels;
  const centres = Array.from({ length: 5 }, () => Array.from({ length: size }, () => random.normal()));
  const data = new Float32Array(images * size);
  for (let i = 0; i < images; i++)
    for (let k = 0; k < size; k++) data[i * size + k] = centres[i % 5]![k]! + spread * random.normal();
  // Duplicates, for ties.
  data.copyWithin(size, 0, size);
  return { images, positions, channels, data };
}

function input({ images, positions, channels, data }: FeatureMaps<Float32Array>, name = 'f') {
  return { source: memorySource(`${name}.npy`, encodeNpy(data, [images, positions, channels])), tokens: 0, name };
}

/** A pool that counts the pairs it is given. */
function countingPool(counts: { pairs: number }): MatchPool {
  const pool = thisThread();
  return {
    ...pool,
    run(task, signal) {
      expect(task.pairs).toBeDefined();
      counts.pairs += task.pairs!.places.length / 2;
      return pool.run(task, signal);
    },
  };
}

async function sampled(inputs: ReturnType<typeof input>[], options: RepresentationsOptions, pool?: MatchPool) {
  const files = new Map<string, Uint8Array>();
  const store = memoryStore(files);
  const { manifest } = await analyseRepresentations(inputs, [], options, store, {
    ...(pool && { openPool: async () => pool }),
  });
  const section = manifest.instruments.representations!;
  const nearest = async (layer: number): Promise<number[][]> => {
    const path = section.sampled!.layers[layer]!.nearest!.found;
    const { shape, data } = await (await openNpyArray(memorySource(path, files.get(path)!), 'a')).read();
    const [rows, k] = shape as [number, number];
    return Array.from({ length: rows }, (_, i) => [...data.slice(i * k, (i + 1) * k)].map(Number));
  };
  return { section, sampled: section.sampled!, nearest, files };
}

describe('a part of the pairs', () => {
  it('is all that is matched', async () => {
    const counts = { pairs: 0 };
    const maps = clustered(60, 4, 6, 1);
    const { section, sampled: found } = await sampled(
      [input(maps)],
      { pairs: 100, ckaBatch: 10, queries: 0 },
      countingPool(counts),
    );
    expect(counts.pairs).toBe(100 + 6 * pairCount(10));
    expect(found.cka).toMatchObject({ rule: 'unbiased', batchSize: 10, batches: 6, pairs: 270 });
    expect(found.rsa).toMatchObject({ pairs: 100, all: 1770 });
    expect(section.comparison).toBeNull();
    expect(section.models[0]!.layers).toEqual([]);
  });

  it('gives CKA as mini-batches of a whole study have it, and RSA and outputs with all pairs as a whole study has them', async () => {
    const inputs = [clustered(40, 5, 6, 1), clustered(40, 4, 3, 2)].map((maps, m) => input(maps, `f${m}`));
    for (const kernel of SIMILARITY_KERNELS) {
      const { sampled: part } = await sampled(inputs, { pairs: 1e6, kernels: [kernel], ckaBatch: 10, queries: 0 });
      const whole = await analyseRepresentations(
        inputs,
        [],
        { kernels: [kernel], cka: 'minibatch', ckaBatch: 10 },
        memoryStore(),
      );
      const { comparison } = whole.manifest.instruments.representations!;
      for (const side of ['semantic', 'spatial'] as const)
        for (const [i, j] of [
          [0, 1],
          [1, 1],
        ] as const) {
          expect(part.cka!.values[i]![j]![side].value, `${kernel} ${side}`).toBeCloseTo(
            comparison!.ckaMinibatch![side][i]![j]!,
            5,
          );
          expect(part.rsa!.values[i]![j]![side].value).toBeCloseTo(comparison!.rsa[side][i]![j]!, 5);
        }
      expect(part.rsa!.values[0]![1]!.semantic.low).toBe(part.rsa!.values[0]![1]!.semantic.value);
    }
  });

  it('has intervals that narrow with the budget', async () => {
    const inputs = [clustered(150, 3, 6, 1, 2), clustered(150, 3, 4, 2, 2)].map((maps, m) => input(maps, `f${m}`));
    const widths: Record<'semantic' | 'spatial', number[]> = { semantic: [], spatial: [] };
    for (const pairs of [300, 1200, 4800]) {
      const { sampled: found } = await sampled(inputs, { pairs, queries: 0, ckaBatch: 10 });
      for (const side of ['semantic', 'spatial'] as const) {
        const { low, high } = found.rsa!.values[0]![1]![side];
        widths[side].push(high! - low!);
        expect(found.cka!.values[0]![1]![side].low).toBeLessThan(found.cka!.values[0]![1]![side].high!);
      }
    }
    for (const side of Object.values(widths)) expect(side[2]! < side[1]! && side[1]! < side[0]!).toBe(true);
  });

  it.each(SIMILARITY_KERNELS)(
    'finds by %s exactly the nearest that all matchings give, ties by index',
    async (kernel) => {
      for (const [seed, centring, method] of [
        [1, 'position', 'optimal'],
        [2, 'none', 'optimal'],
        [3, 'channel', 'greedy'],
        [4, 'none', 'batch-optimal'],
      ] as const) {
        const maps = clustered(50, 6, 5, seed, seed / 4);
        const options = { method, batchSize: 3 };
        const { sampled: found, nearest } = await sampled([input(maps)], {
          pairs: 0,
          queries: 20,
          k: 4,
          kernels: [kernel],
          ckaBatch: 25,
          centring,
          ...options,
        });
        const { semantic } = await similarityMatrices(centre(maps, centring), undefined, options);
        const matrix = kernelMatrix(semantic, kernel, { sigma: kernel === 'rbf' ? 20 : 'code' }).matrix;
        const all = retrieve(matrix, { k: 4, excludeSelf: true }).map((list) => [...list]);
        expect(await nearest(0)).toEqual(found.queries.map((query) => all[query]));
        const { candidates, prunedByNorms, prunedByMaxima } = found.layers[0]!.nearest!;
        expect(candidates).toBe(20 * 49);
        expect(prunedByNorms + prunedByMaxima).toBeGreaterThan(0);
        expect(prunedByNorms + prunedByMaxima).toBeLessThan(candidates);
      }
    },
  );

  it('ends with the same bytes whatever memory there is, and after an interruption', async () => {
    const inputs = [input(clustered(90, 16, 32, 1))];
    const options = { pairs: 500, ckaBatch: 10, queries: 12 };
    const whole = await sampled(inputs, options);
    const layer = { positions: 16, channels: 32 };
    const maxMemory = memoryOfLayers([layer], 90, plainOptions(options), {
      cap: 0,
      threads: 1,
      runs: false,
      method: 'optimal',
    });
    const little = await sampled(inputs, { ...options, maxMemory });
    expect([...little.files]).toEqual([...whole.files]);
    const files = new Map<string, Uint8Array>();
    for (let stop = 1; ; stop++) {
      let tasks = 0;
      const pool = thisThread();
      const stopping: MatchPool = {
        ...pool,
        run: (task, signal) => (++tasks > 1 ? Promise.reject(new Error('stopped')) : pool.run(task, signal)),
      };
      const done = await analyseRepresentations(inputs, [], options, memoryStore(files), {
        openPool: async () => stopping,
      }).then(
        () => true,
        (error: Error) => {
          expect(error.message).toBe('stopped');
          return false;
        },
      );
      expect(stop).toBeLessThan(60);
      if (done) break;
    }
    expect(new Map([...files].sort())).toEqual(new Map([...whole.files].sort()));
  });

  it('refuses options of all pairs, and queries without pairs', async () => {
    const maps = [input(clustered(12, 2, 3, 1))];
    const refused = (options: RepresentationsOptions) => sampled(maps, options).then(() => '', String);
    expect(await refused({ pairs: 10, permutations: 5 })).toContain('permutations is for all pairs');
    expect(await refused({ pairs: 10, cka: 'biased' })).toContain('cka "biased" is of all pairs');
    expect(await refused({ pairs: 10, kernels: ['linear', 'rbf'] })).toContain('pairs takes one kernel');
    expect(await refused({ queries: 5 })).toContain('queries is for a part of the pairs');
    expect(await refused({ pairs: -1 })).toContain('pairs must be a whole number');
  });
});
