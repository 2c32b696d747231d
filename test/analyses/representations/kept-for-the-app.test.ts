import { describe, expect, it } from 'vitest';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import type { ImageInput, RepresentationsOptions } from '#src/analyses/representations/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { drawFigure } from '#src/figures/catalogue.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { cka } from '#src/measures/representations/comparison/cka.ts';
import { matchPlaces } from '#src/measures/representations/matching/matched-places.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import type { ImageRow, MatchRow } from '#src/study/representations-section.ts';
import { memoryStore } from '#src/study/store.ts';

const N = 9;
const [HEIGHT, WIDTH, CHANNELS] = [3, 4, 5];
const SIZE = HEIGHT * WIDTH * CHANNELS;

function features(seed: number, scale = 1, layers = N): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: layers * SIZE }, () => Math.max(0, random.normal()) * scale);
}

async function analyse(options: RepresentationsOptions = {}, { scale = 1, labels = ['n02123045', 'n02099601'] } = {}) {
  const store = memoryStore();
  const source = (seed: number) =>
    memorySource(`f${seed}.npy`, encodeNpy(features(seed, scale), [N, CHANNELS, HEIGHT, WIDTH]));
  const images = Array.from(
    { length: N },
    (_, i): ImageInput => ({
      name: `${i}.png`,
      label: labels[i % 2]!,
      load: async () => new Uint8Array([i]),
    }),
  );
  const { manifest } = await analyseRepresentations(
    [1, 2, 3].map((seed) => ({ source: source(seed), layout: 'nchw' })),
    images,
    options,
    store,
  );
  return { store, manifest, section: manifest.instruments.representations! };
}

describe('what a study keeps for whoever looks at it', () => {
  it('features from which the stored matches follow, whole and in 32 bits where they are small', async () => {
    const { store, manifest, section } = await analyse();
    const layer = section.models[0]!.layers[0]!;
    expect(layer.features).toMatchObject({ bits: 32, images: null });
    const kept = await readStudyMatrix(store, manifest, layer.features!.path);
    expect([kept.rows, kept.cols]).toEqual([N, SIZE]);
    const of = (i: number) => ({
      rows: HEIGHT * WIDTH,
      cols: CHANNELS,
      data: kept.data.subarray(i * SIZE, (i + 1) * SIZE),
    });
    const linear = await readStudyMatrix(store, manifest, layer.matrices.linear!.semantic);
    const spatial = await readStudyMatrix(store, manifest, layer.matrices.linear!.spatial);
    for (const { a, b, pairs } of await readStudyTable<MatchRow>(store, manifest, layer.matches!)) {
      const matched = matchPlaces(of(a), of(b));
      expect(matched.value).toBeCloseTo(linear.data[a * N + b]!, 3);
      expect(matchPlaces(of(a), of(b), { method: 'none' }).value).toBeCloseTo(spatial.data[a * N + b]!, 3);
      expect(pairs.map(([s, t]) => [s, t])).toEqual(Array.from(matched.first, (s, i) => [s, matched.second[i]!]));
    }
  });

  it('in 16 bits, or of some images spread evenly, where they are larger than the cap', async () => {
    const bytes = N * SIZE * 4;
    const half = await analyse({ pairFeatures: bytes - 1 });
    const whole = await analyse();
    const entry = half.section.models[0]!.layers[0]!.features!;
    expect(entry).toMatchObject({ bits: 16, images: null });
    const exact = await readStudyMatrix(
      whole.store,
      whole.manifest,
      whole.section.models[0]!.layers[0]!.features!.path,
    );
    const rounded = await readStudyMatrix(half.store, half.manifest, entry.path);
    rounded.data.forEach((value, k) => {
      expect(Math.abs(value - exact.data[k]!)).toBeLessThanOrEqual(Math.abs(exact.data[k]!) * 2 ** -11 + 1e-7);
    });
    const some = await analyse({ pairFeatures: 4 * SIZE * 2 });
    const part = some.section.models[0]!.layers[0]!.features!;
    expect(part).toMatchObject({ bits: 16, images: [0, 2, 4, 6] });
    const rows = await readStudyMatrix(some.store, some.manifest, part.path);
    expect([...rows.data.subarray(SIZE, 2 * SIZE)]).toEqual([...rounded.data.subarray(2 * SIZE, 3 * SIZE)]);
  });

  it('in 32 bits of every second image where 16 bits cannot hold the values', async () => {
    const { store, manifest, section } = await analyse({ pairFeatures: 8 * SIZE * 2 }, { scale: 1e6 });
    const entry = section.models[0]!.layers[0]!.features!;
    expect(entry).toMatchObject({ bits: 32, images: [1, 3, 5, 7] });
    const { rows, data } = await readStudyMatrix(store, manifest, entry.path);
    expect(rows).toBe(4);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it('none where none are asked for', async () => {
    const { section } = await analyse({ pairFeatures: 0 });
    expect(section.models[0]!.layers[0]!.features).toBeNull();
  });

  it('words for labels that are WordNet ids, and for no others', async () => {
    const { store, manifest, section } = await analyse();
    const rows = await readStudyTable<ImageRow>(store, manifest, section.images);
    expect(rows.slice(0, 2).map(({ labelName }) => labelName)).toEqual(['tabby', 'golden retriever']);
    const plain = await analyse({}, { labels: ['n02123045', 'dog'] });
    const others = await readStudyTable<ImageRow>(plain.store, plain.manifest, plain.section.images);
    expect(others.map(({ labelName }) => labelName)).toEqual(Array(N).fill(null));
  });

  it('what matching changes between layers, averaged over models', async () => {
    const { section } = await analyse();
    const { cka, layers, differences } = section.comparison!;
    expect(layers).toHaveLength(3);
    const [within, across] = differences!;
    expect(differences).toHaveLength(2);
    expect(within).toMatchObject({ kind: 'within', pairs: 3 });
    expect(within!.measures.cka!.mean[0]![0]).toBe(0);
    expect(across).toMatchObject({ kind: 'across', pairs: 6 });
    const gaps = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([i, j]) => cka.semantic[i!]![j!]! - cka.spatial[i!]![j!]!);
    expect(across!.measures.cka!.mean[0]![0]).toBeCloseTo(gaps.reduce((sum, gap) => sum + gap, 0) / 3, 12);
    expect(across!.measures.cka!.deviation![0]![0]).toBeGreaterThan(0);
    expect(Object.keys(across!.measures)).toEqual(['cka', 'ckaUnbiased', 'rsa', 'mutualNeighbours']);
  });

  it('bounds of matching by prototypes, above the optimum and told', async () => {
    const exact = await analyse();
    const asked = { method: 'prototypes', gap: 0, prototypes: 3 } as const;
    const { store, manifest, section } = await analyse({ ...asked, maxMemory: 2 ** 28 });
    const { matrices, bounds } = section.models[0]!.layers[0]!;
    const optimum = exact.section.models[0]!.layers[0]!.matrices;
    for (const kernel of ['linear', 'cosine', 'rbf'] as const) {
      const upper = await readStudyMatrix(store, manifest, matrices[kernel]!.upper!);
      const value = await readStudyMatrix(store, manifest, matrices[kernel]!.semantic);
      upper.data.forEach((bound, k) => {
        expect(bound).toBeGreaterThanOrEqual(value.data[k]!);
      });
      if (kernel === 'rbf') continue;
      const best = await readStudyMatrix(exact.store, exact.manifest, optimum[kernel]!.semantic);
      upper.data.forEach((bound, k) => {
        expect(bound).toBeGreaterThanOrEqual(best.data[k]! * (1 - 1e-6) - 1e-6);
        expect(value.data[k]!).toBeLessThanOrEqual(best.data[k]! * (1 + 1e-6) + 1e-6);
      });
    }
    expect(bounds).toMatchObject({ gap: 0, prototypes: 3, pairs: 36 });
    expect(bounds!.within).toBeLessThan(36);
    expect(bounds!.largest!).toBeGreaterThanOrEqual(bounds!.median!);
    const whole = await analyse({ ...asked, prototypes: HEIGHT * WIDTH, gap: 1e-4 });
    expect(whole.section.models[0]!.layers[0]!.bounds).toMatchObject({ pairs: 36, within: 36 });
    expect(exact.section.models[0]!.layers[0]!.bounds).toBeUndefined();
    expect(optimum.linear!.upper).toBeUndefined();
  });

  it('CKA of every layer by matched places with every layer by same places, and its mean over models', async () => {
    const { section, store, manifest } = await analyse();
    const { semanticSpatial, differences, kernel } = section.comparison!;
    const layers = section.models.flatMap((model) => model.layers);
    const matrix = (layer: number, side: 'semantic' | 'spatial') =>
      readStudyMatrix(store, manifest, layers[layer]!.matrices[kernel]![side]);
    for (const estimator of ['biased', 'unbiased'] as const) {
      for (const i of [0, 1, 2]) {
        expect(semanticSpatial![estimator][i]![i]).toBeCloseTo(layers[i]!.semanticSpatialCka[estimator]!, 6);
        for (const j of [0, 1, 2]) {
          const { value } = cka(await matrix(i, 'semantic'), await matrix(j, 'spatial'), { estimator });
          expect(semanticSpatial![estimator][i]![j]).toBeCloseTo(value!, 12);
        }
      }
      const map = semanticSpatial![estimator];
      // It has a direction.
      expect(map[0]![1]).not.toBeCloseTo(map[1]![0]!, 6);
      const [within, across] = differences!.map((group) => group.semanticSpatial![estimator]);
      expect(within!.mean).toEqual([[expect.closeTo((map[0]![0]! + map[1]![1]! + map[2]![2]!) / 3, 12)]]);
      const others = [0, 1, 2].flatMap((i) => [0, 1, 2].filter((j) => j !== i).map((j) => map[i]![j]!));
      expect(across!.mean[0]![0]).toBeCloseTo(others.reduce((sum, value) => sum + value, 0) / 6, 12);
      expect(across!.deviation![0]![0]).toBeGreaterThan(0);
    }
    const svg = await drawFigure(store, 'semantic-spatial', { encode: encodePng });
    expect(svg).toContain('mean of 3 models');
    expect(svg).toContain('mean of 6 pairs of different models');
    expect(svg.match(/standard deviation/g)).toHaveLength(2);
    expect(svg).toContain(`>${differences![0]!.semanticSpatial!.biased.mean[0]![0]!.toFixed(2)}<`);
    const [first] = section.models;
    const own = await drawFigure(store, 'semantic-spatial', { encode: encodePng, choices: { models: [first!.id] } });
    expect(own).toContain(`>${semanticSpatial!.biased[0]![0]!.toFixed(2)}<`);
    expect(own).not.toContain('mean of');
  });
});
