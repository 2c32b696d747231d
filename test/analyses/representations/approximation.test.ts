import { describe, expect, it } from 'vitest';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { planRepresentations } from '#src/analyses/representations/plan/plan-representations.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { drawFigure, figuresOf } from '#src/figures/catalogue.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';
import { memoryStore, type StudyStore } from '#src/study/store.ts';

function features(images: number, positions: number, channels: number) {
  const random = createRandom(3);
  const data = Float32Array.from({ length: images * positions * channels }, () => Math.max(0, random.normal()));
  return { data, source: memorySource('f.npy', encodeNpy(data, [images, positions, channels])) };
}

async function study(images: number, positions: number, channels: number, options: object, store = memoryStore()) {
  const { source, data } = features(images, positions, channels);
  const { manifest } = await analyseRepresentations(
    [{ source, tokens: 0 }],
    [],
    { kernels: ['linear'], matches: false, ...options },
    store,
  );
  const section = manifest.instruments.representations!;
  return { store, data, manifest, section, layer: section.models[0]!.layers[0]! };
}

const draw = (store: StudyStore, id: string) => drawFigure(store, id, { encode: encodePng });

describe('matching methods against the optimum', () => {
  it('has every window and k asked for on as many pairs as asked for, of more images than fit at once', async () => {
    const { store, layer, data, manifest } = await study(40, 36, 5, {
      approximationPairs: 600,
      approximationWindows: [36, 4, 12],
      approximationTopk: [30, 6],
      approximationTimes: true,
    });
    expect(layer.approximationPairs).toMatchObject({ asked: 600, used: 600, of: 780, notes: [] });
    expect(layer.approximationPairs!.optimalTime).toBeGreaterThan(0);
    const sizes = layer.approximation.map(({ method, size }) => `${method} ${size}`);
    expect(sizes.filter((name) => /^(batch|topk)/.test(name))).toEqual([
      ...['topk-greedy 6', 'topk-greedy 30', 'batch-optimal 4', 'batch-optimal 12', 'batch-optimal 36'],
    ]);
    for (const { method, histogram, quantiles, pairs, skipped, time } of layer.approximation) {
      expect(pairs - skipped, method).toBe(600);
      expect(histogram!.counts.reduce((a, b) => a + b, 0)).toBe(600);
      expect(histogram!.from).toBeLessThanOrEqual(quantiles![0]! + 1e-9);
      expect(histogram!.from + histogram!.width).toBeGreaterThan(quantiles![0]! - 1e-9);
      expect(histogram!.from + histogram!.width * histogram!.counts.length).toBeCloseTo(1, 9);
      expect(time).toBeGreaterThan(0);
    }
    const share = (method: string, size: number | null) =>
      layer.approximation.find((entry) => entry.method === method && entry.size === size)!.aggregate!;
    expect(share('batch-optimal', 36)).toBeCloseTo(1, 12);
    expect(share('batch-optimal', 4)).toBeLessThan(share('batch-optimal', 12));
    expect(share('topk-greedy', 6)).toBeLessThan(share('topk-greedy', 30));
    for (const id of ['approximation', 'approximation-time', 'approximation-histogram'])
      expect(await draw(store, id)).toMatch(/600 of 780 pairs.*batch-optimal 12/s);
    expect(figuresOf(manifest).find(({ kind }) => kind.id === 'approximation-time')!.lacks).toBeUndefined();
    // All pairs, by the matrices of another way through the code.
    const all = await study(40, 36, 5, { approximationPairs: 5000, approximationWindows: [4] });
    expect(all.layer.approximationPairs).toMatchObject({ asked: 5000, used: 780, of: 780, optimalTime: null });
    const maps = featureMaps({ shape: [40, 36, 5], data }, { layout: 'ntd' });
    const sumOf = async (options: object): Promise<number> => {
      const { semantic } = await similarityMatrices(maps, undefined, options);
      const { data: values, cols } = semantic.linear;
      return values.filter((_, k) => k % cols < Math.floor(k / cols)).reduce((a, b) => a + b, 0);
    };
    const expected = (await sumOf({ method: 'batch-optimal', batchSize: 4 })) / (await sumOf({ method: 'optimal' }));
    expect(all.layer.approximation.find(({ method }) => method === 'batch-optimal')!.aggregate).toBeCloseTo(
      expected,
      6,
    );
    expect(all.layer.approximation[0]!.time).toBeNull();
  });

  it('takes 50, 20 or 6 pairs by the size of the maps where nobody says how many', async () => {
    for (const [positions, used] of [
      [16, 50],
      [289, 20],
      [1089, 6],
    ] as const) {
      const { layer } = await study(12, positions, 1, { method: 'none' });
      expect(layer.approximationPairs).toMatchObject({ asked: null, used, of: 66 });
    }
    const { layer } = await study(12, 1089, 1, { method: 'none', approximationPairs: 8 });
    expect(layer.approximationPairs).toMatchObject({ asked: 8, used: 8, of: 66 });
  }, 60_000);

  it('is not there for maps above 4,096 positions, which are matched in windows unless asked otherwise', async () => {
    const { layer, section, manifest } = await study(3, 4225, 1, { pairFeatures: 0 });
    expect(section.method).toBe('batch-optimal');
    expect(layer.method).toBe('batch-optimal');
    expect(layer.approximation).toEqual([]);
    expect(layer.approximationPairs!.notes).toEqual([
      expect.stringContaining('up to 4,096 positions; there are 4,225'),
    ]);
    expect(figuresOf(manifest).find(({ kind }) => kind.id === 'approximation')!.lacks).toBeDefined();
    const plan = await planRepresentations([{ source: features(3, 4225, 1).source, tokens: 0 }], [], {}, {}, 1);
    expect(plan.notes).toEqual([expect.stringContaining('matched by batch-optimal in windows of 512')]);
    expect((await study(3, 16, 2, {})).section.method).toBe('optimal');
  }, 60_000);
});
