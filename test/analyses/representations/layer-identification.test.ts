import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { type ComparedLayer, compareLayers } from '#src/analyses/representations/comparison/compare-layers.ts';
import { plainOptions } from '#src/analyses/representations/option-table.ts';
import { centre } from '#src/measures/representations/comparison/centring.ts';
import { identifyLayers } from '#src/measures/representations/comparison/layer-identification.ts';
import type { NumberMap } from '#src/measures/representations/comparison/mean-of-maps.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { LayerIdentification } from '#src/study/parts/layer-identification.ts';
import type { Matrix64 } from '#src/tensor/matrix.ts';

const golden: {
  shape: [number, number, number, number, number];
  features: number[];
  shares: Record<'cka' | 'ckaUnbiased', Record<'semantic' | 'spatial', number>>;
} = JSON.parse(readFileSync(new URL('../../golden/layer-identification.json', import.meta.url), 'utf8'));

/** The layers of the golden networks, with their similarity matrices. */
async function goldenLayers(): Promise<ComparedLayer[]> {
  const [models, layers, images, positions, channels] = golden.shape;
  const size = images * positions * channels;
  const found: ComparedLayer[] = [];
  for (let m = 0; m < models; m++)
    for (let l = 0; l < layers; l++) {
      const start = (m * layers + l) * size;
      const data = Float64Array.from(golden.features.slice(start, start + size));
      const maps = featureMaps({ shape: [images, positions, channels], data });
      const { semantic, spatial } = await similarityMatrices(centre(maps, 'position'));
      found.push({ model: `m${m}`, layer: `l${l}`, semantic: semantic.linear, spatial: spatial!.linear });
    }
  return found;
}

const identified = (layers: readonly ComparedLayer[], flags: Parameters<typeof plainOptions>[0] = {}) =>
  compareLayers(layers, plainOptions(flags)).identification!;

/** X·Xᵀ of random vectors. */
function gramOf(seed: number, images = 12): Matrix64 {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: images * 5 }, () => random.normal());
  const data = Float64Array.from({ length: images ** 2 }, (_, k) => {
    let sum = 0;
    for (let c = 0; c < 5; c++) sum += x[Math.floor(k / images) * 5 + c]! * x[(k % images) * 5 + c]!;
    return sum;
  });
  return { rows: images, cols: images, data };
}

const network = (model: string, seeds: readonly number[], scale = 1): ComparedLayer[] =>
  seeds.map((seed, i) => {
    const gram = (s: number): Matrix64 => {
      const matrix = gramOf(s);
      return { ...matrix, data: matrix.data.map((value) => value * scale) };
    };
    return { model, layer: `l${i}`, semantic: gram(seed), spatial: gram(seed + 100) };
  });

describe('the layer identification test', () => {
  it('counts a layer whose most similar layer is that of its own place', () => {
    const map: NumberMap = [
      [1, 0.2, 0.9, 0.3],
      [0.2, 1, 0.8, 0.4],
      [0.9, 0.8, 1, 0.1],
      [0.3, 0.4, 0.1, 1],
    ];
    expect(identifyLayers(map, [0, 1], [2, 3])).toEqual({ right: 1, layers: 2 });
    expect(identifyLayers(map, [0, 1], [3, 2])).toEqual({ right: 1, layers: 2 });
    expect(identifyLayers(map, [2, 3], [0, 1])).toEqual({ right: 2, layers: 2 });
  });

  it('counts a tie in part, also one that rounding decides, and leaves out what has no similarity', () => {
    const map: NumberMap = [
      [0.5, 0.5, 0.5, 0.1],
      [0.7, 0.7 - 1e-9, 0.2, 0.1],
      [0.9, null, 0.3, 0.1],
      [0, 0, 0, 0.1],
    ];
    const { right, layers } = identifyLayers(map, [0, 1, 2, 3], [0, 1, 2, 3]);
    expect(layers).toBe(3);
    expect(right).toBeCloseTo(1 / 3 + 1 / 2 + 1, 12);
  });

  it('finds every layer of a network in itself', async () => {
    const layers = await goldenLayers();
    const { cka, ckaUnbiased } = compareLayers(layers, plainOptions({}));
    for (const map of [cka.semantic, cka.spatial, ckaUnbiased.semantic, ckaUnbiased.spatial])
      expect(identifyLayers(map, [0, 1, 2, 3], [0, 1, 2, 3])).toEqual({ right: 4, layers: 4 });
  });
});

describe('which CKA identifies layers', () => {
  it('gives the shares of NumPy and SciPy over all pairs of three networks', async () => {
    const [group, ...others] = identified(await goldenLayers());
    expect(others).toEqual([]);
    expect(group).toMatchObject({ models: ['m0', 'm1', 'm2'], layers: 4, pairs: 3, chance: 0.25 });
    for (const measure of ['cka', 'ckaUnbiased'] as const) {
      const found = group!.measures[measure]!;
      const { semantic, spatial } = golden.shares[measure];
      expect(found.semantic!.value).toBeCloseTo(semantic, 12);
      expect(found.spatial!.value).toBeCloseTo(spatial, 12);
      expect(found.difference!.value).toBeCloseTo(semantic - spatial, 12);
    }
    expect(group!.measures.ckaMinibatch).toBeUndefined();
  });

  it('has CKA from batches too where it was asked for; of one batch it is unbiased CKA', async () => {
    const { cka, ckaUnbiased, ckaMinibatch } = identified(await goldenLayers(), { cka: 'minibatch', ckaBatch: 12 })[0]!
      .measures;
    expect(ckaMinibatch).toEqual(ckaUnbiased);
    expect(ckaMinibatch).not.toEqual(cka);
  });

  test.each([
    ['in the same order: every one', [1, 2, 3], 1],
    ['turned around: the middle one alone', [3, 2, 1], 1 / 3],
    ['moved by one: none', [2, 3, 1], 0],
  ])('finds the same layers, at another scale, %s', (_, order, share) => {
    const [group] = identified([...network('a', [1, 2, 3]), ...network('b', order, 1e3)]);
    for (const { semantic, spatial, difference } of Object.values(group!.measures)) {
      expect(semantic).toEqual({ value: share, low: null, high: null });
      expect(spatial).toEqual({ value: share, low: null, high: null });
      expect(difference).toEqual({ value: 0, low: null, high: null });
    }
  });

  it('has intervals over pairs of networks: none of a single pair or of pairs that agree, wide of few', () => {
    const a = network('a', [1, 2, 3]);
    const pairOf = (order: readonly number[]): LayerIdentification =>
      identified([...a, ...network('b', [1, 2, 3]), ...network('c', order)])[0]!;
    expect(pairOf([1, 2, 3]).measures.cka!.semantic).toEqual({ value: 1, low: null, high: null });
    // a and b agree wholly, a and c, b and c in a third: the mean of 1, 1/3 and 1/3.
    const { value, low, high } = pairOf([3, 2, 1]).measures.cka!.semantic!;
    expect(value).toBeCloseTo(5 / 9, 12);
    expect(low).toBeCloseTo(1 / 3, 12);
    expect(high).toBeGreaterThan(7 / 9 - 1e-9);
    expect(high).toBeLessThanOrEqual(1);
    const again = pairOf([3, 2, 1]).measures.cka!.semantic!;
    expect(again).toEqual({ value, low, high });
  });

  it('is of models whose layers have the same names in the same order, each such list on its own', () => {
    const renamed = (layers: ComparedLayer[]): ComparedLayer[] =>
      layers.map((layer) => ({ ...layer, layer: `x.${layer.layer}` }));
    const groups = identified([
      ...network('a', [1, 2, 3]),
      ...renamed(network('b', [1, 2])),
      ...network('c', [1, 2, 3]),
      ...renamed(network('d', [2, 1])),
      ...network('e', [1, 2]),
    ]);
    expect(groups.map(({ models, layers }) => [models, layers])).toEqual([
      [['a', 'c'], 3],
      [['b', 'd'], 2],
    ]);
    expect(identified(network('a', [1, 2, 3]))).toEqual([]);
    // One layer has nothing to be mistaken for.
    expect(identified([...network('a', [1]), ...network('b', [1])])).toEqual([]);
  });

  it('is null where a measure has no value', () => {
    const [group] = identified([...network('a', [1, 2]), ...network('b', [1, 2], 0)]);
    expect(group!.measures.cka).toEqual({ semantic: null, spatial: null, difference: null });
  });
});
