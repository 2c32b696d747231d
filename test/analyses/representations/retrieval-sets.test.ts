import { describe, expect, it } from 'vitest';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import type { ImageInput, RepresentationsOptions } from '#src/analyses/representations/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { openNpyArray } from '#src/formats/npy/read-npy.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { ImageRow } from '#src/study/representations-section.ts';
import { memoryStore } from '#src/study/store.ts';

const [POSITIONS, CHANNELS] = [4, 3];
const SIZE = POSITIONS * CHANNELS;

/** Features of images, some of them far from zero, so that it matters which images the mean is of. */
function features(images: number, seed = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: images * SIZE }, (_, k) => random.normal() + (k < (images * SIZE) / 3 ? 5 : 0));
}

/** Pictures that features stand for: their names, labels and counts, and bytes that tell them apart. */
function pictures(names: readonly string[], more: (i: number) => Partial<ImageInput> = () => ({})): ImageInput[] {
  return names.map((name, i) => ({
    name,
    ...more(i),
    load: async () => ({ width: 1, height: 1, data: Uint8Array.of(i, 1, 2) }),
  }));
}

async function analysed(data: Float32Array, images: readonly ImageInput[], options: RepresentationsOptions) {
  const files = new Map<string, Uint8Array>();
  const source = memorySource('f.npy', encodeNpy(data, [data.length / SIZE, POSITIONS, CHANNELS]));
  const { manifest } = await analyseRepresentations(
    [{ source, tokens: 0 }],
    images,
    { kernels: ['linear'], ...options },
    memoryStore(files),
  );
  const section = manifest.instruments.representations!;
  const array = async (path: string) =>
    [...(await (await openNpyArray(memorySource(path, files.get(path)!), 'a')).read()).data].map(Number);
  const lines = new TextDecoder().decode(files.get(section.images)!).trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as ImageRow);
  return { section, layer: section.models[0]!.layers[0]!, rows, array, sampled: section.sampled };
}

const NAMES = Array.from({ length: 12 }, (_, i) => (i < 4 ? `val/${i}.png` : `train/${i}.png`));
const ids = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('queries and database apart', () => {
  it.each(['position', 'channel'] as const)('centres by the mean of the database alone (%s)', async (centring) => {
    const data = features(12);
    const images = pictures(NAMES);
    const { layer, array, section } = await analysed(data, images, { queryImages: ['val/'], centring, k: 3 });
    // The same by hand: the mean of images 4 to 11.
    const by = centring === 'position' ? SIZE : CHANNELS;
    const mean = new Float64Array(by);
    const count = (8 * SIZE) / by;
    for (let k = 4 * SIZE; k < data.length; k++) mean[k % by]! += data[k]! / count;
    const centred = data.map((value, k) => value - mean[k % by]!);
    const apart = await analysed(centred, images, { queryImages: ['val/'], centring: 'none', k: 3 });
    const [found, expected] = [
      await array(layer.matrices.linear!.semantic),
      await apart.array(apart.layer.matrices.linear!.semantic),
    ];
    for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected[k]!, 3);
    // And not what the mean of all images gives.
    const whole = await analysed(data, images, { centring, k: 3 });
    const other = await whole.array(whole.layer.matrices.linear!.semantic);
    expect(Math.max(...other.map((value, k) => Math.abs(value - found[k]!)))).toBeGreaterThan(1);
    expect(section.retrievalSets).toEqual({ queries: 4, database: 8, neither: 0, copies: 0 });
    expect(whole.section.retrievalSets).toBeUndefined();
  });

  it('finds images of the database for queries alone, and scores queries alone', async () => {
    const images = pictures(NAMES, (i) => ({ label: i % 2 ? 'odd' : 'even', counts: { car: i % 3, tree: i % 2 } }));
    const { layer, array, rows } = await analysed(features(12), images, {
      queryImages: ['val/0.png', 'val/2.png'],
      databaseImages: ['train/'],
      databaseSizes: [3, 8],
      k: 3,
    });
    expect(rows.map(({ role }) => role)).toEqual([
      ...['query', null, 'query', null],
      ...ids(4, 12).map(() => 'database'),
    ]);
    const similarity = await array(layer.matrices.linear!.semantic);
    const entry = layer.retrieval.find(({ by }) => by === 'semantic')!;
    const found = await array(entry.found);
    const best = (query: number): number[] =>
      ids(4, 12)
        .sort((a, b) => similarity[query * 12 + b]! - similarity[query * 12 + a]!)
        .slice(0, 3);
    for (const i of ids(0, 12))
      expect(found.slice(i * 3, (i + 1) * 3)).toEqual(i === 0 || i === 2 ? best(i) : [-1, -1, -1]);
    const firsts = [0, 2].map((query) => [query, best(query)[0]!] as const);
    expect(entry.precisionAt1).toMatchObject({
      count: 2,
      mean: firsts.filter(([q, d]) => q % 2 === d % 2).length / 2,
    });
    const shown = (i: number): string[] => [...(i % 3 ? ['car'] : []), ...(i % 2 ? ['tree'] : [])];
    const ious = firsts.flatMap(([q, d]) => {
      const union = new Set([...shown(q), ...shown(d)]).size;
      return union === 0 ? [] : [shown(q).filter((name) => shown(d).includes(name)).length / union];
    });
    const mean = ious.reduce((sum, value) => sum + value, 0) / ious.length;
    expect(entry.iou!.mean).toBeCloseTo(mean, 12);
    expect(entry.sweep.map(({ size }) => size)).toEqual([3, 8]);
    expect(entry.sweep[1]!.score).toEqual(entry.f1);
    expect(entry.sweep[1]!.iou).toEqual(entry.iou);
  });

  it('finds the same on a part of the pairs, by exact search', async () => {
    const images = pictures(NAMES, (i) => ({ label: i % 2 ? 'odd' : 'even', counts: { car: i % 3 } }));
    const options = { queryImages: ['val/'], k: 3 };
    const whole = await analysed(features(12), images, options);
    const part = await analysed(features(12), images, { ...options, pairs: 0 });
    const { nearest } = part.sampled!.layers[0]!;
    const entry = whole.layer.retrieval.find(({ by }) => by === 'semantic')!;
    expect(await part.array(nearest!.found)).toEqual((await whole.array(entry.found)).slice(0, 4 * 3));
    expect(part.sampled!.queries).toEqual([0, 1, 2, 3]);
    expect(nearest!.candidates).toBe(4 * 8);
    expect([nearest!.precisionAt1, nearest!.f1, nearest!.iou]).toEqual([entry.precisionAt1, entry.f1, entry.iou]);
  });

  it('never finds a picture of the same content, and counts such queries', async () => {
    const data = features(12);
    // Image 5 is a copy of query 1.
    data.copyWithin(5 * SIZE, SIZE, 2 * SIZE);
    const images = pictures(NAMES);
    images[5] = { ...images[5]!, load: images[1]!.load };
    const { layer, array, section } = await analysed(data, images, { queryImages: ['val/'], k: 8 });
    const found = await array(layer.retrieval[0]!.found);
    expect(section.retrievalSets!.copies).toBe(1);
    expect(found.slice(8, 16)).not.toContain(5);
    expect(found.slice(0, 8)).toContain(5);
    const part = await analysed(data, images, { queryImages: ['val/'], k: 8, pairs: 0 });
    const nearest = await part.array(part.sampled!.layers[0]!.nearest!.found);
    expect(nearest.slice(8, 16)).not.toContain(5);
    expect(nearest.slice(0, 8)).toContain(5);
  });

  it('draws a share of each label, the same for the same seed', async () => {
    const images = pictures(NAMES, (i) => ({ label: i < 9 ? 'many' : 'few' }));
    const roles = async (seed: number) =>
      (await analysed(features(12), images, { queryImages: { share: 1 / 3 }, seed })).rows.map(({ role }) => role);
    const drawn = await roles(1);
    expect(drawn.slice(0, 9).filter((role) => role === 'query')).toHaveLength(3);
    expect(drawn.slice(9).filter((role) => role === 'query')).toHaveLength(1);
    expect(await roles(1)).toEqual(drawn);
    expect(await roles(2)).not.toEqual(drawn);
  });

  it('refuses names of nothing, overlaps, empty sets, and databases larger than there are images', async () => {
    const images = pictures(NAMES);
    const refused = (options: RepresentationsOptions) => analysed(features(12), images, options);
    await expect(refused({ queryImages: ['test/'] })).rejects.toThrow(
      'queryImages (--queries): none of 12 images has the name or content id test/.',
    );
    await expect(refused({ queryImages: ['val/'], databaseImages: ['train/', 'val/2.png'] })).rejects.toThrow(
      'val/2.png is named as a query and as part of the database.',
    );
    await expect(refused({ queryImages: ['val/', 'train/'] })).rejects.toThrow('None of 12 images is in the database.');
    await expect(refused({ databaseImages: ['val/'] })).rejects.toThrow('nothing says which images are queries');
    await expect(refused({ queryImages: ['val/'], databaseSizes: [9] })).rejects.toThrow(
      'databaseSizes asks for a database of 9 images; there are 8.',
    );
    await expect(refused({ queryImages: { share: 1 } })).rejects.toThrow('between 0 and 1; found 1');
    await expect(refused({ queryImages: ['val/'], queries: 3, pairs: 0 })).rejects.toThrow('leave one of the two out');
  });
});
