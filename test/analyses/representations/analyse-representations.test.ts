import { describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseInvariance } from '#src/analyses/representations/analyse-invariance.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { matchThreads } from '#src/analyses/representations/matching/match-on-threads.ts';
import { plainOptions } from '#src/analyses/representations/option-table.ts';
import type { ImageInput } from '#src/analyses/representations/options.ts';
import { memoryOfLayers } from '#src/analyses/representations/plan/require-memory.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, IncomparableError, LimitError, MissingRuntimeError, UsageError } from '#src/base/errors.ts';
import type { Progress } from '#src/base/progress.ts';
import { drawFigure, figuresOf } from '#src/figures/catalogue.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { encodeSafetensors } from '#src/formats/safetensors/write-safetensors.ts';
import { centre } from '#src/measures/representations/comparison/centring.ts';
import { featureMaps } from '#src/measures/representations/feature-maps.ts';
import { kernelMatrix } from '#src/measures/representations/similarity-kernels.ts';
import { similarityMatrices } from '#src/measures/representations/similarity-matrices.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readStudyFile, readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import type { ImageRow, MatchRow, RepresentationsSection } from '#src/study/representations-section.ts';
import { memoryStore, type StudyStore } from '#src/study/store.ts';
import { writeSafetensors } from '../../support/safetensors-writer.ts';
import { madePicture, tinyVisionModel } from '../../support/tiny-vision-model.ts';

const model = (seed = 1) => memorySource(`tiny-${seed}.onnx`, tinyVisionModel(seed));
const platform = { runtime: () => loadRuntime(), threads: 1 };

/** `count` pictures of three classes; decoded already. */
function pictures(count: number): ImageInput[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `${i % 3}/${i}.png`,
    label: String(i % 3),
    load: async () => madePicture(i % 3, i),
  }));
}

function sectionOf(manifest: { instruments: { representations?: RepresentationsSection | undefined } }) {
  return manifest.instruments.representations!;
}

/** Everything a store holds, by path. */
async function contents(store: StudyStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of await store.list()) found[path] = Buffer.from((await store.read(path))!).toString('base64');
  return found;
}

function madeFeatures(images: number, positions: number, channels: number, seed = 1): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: images * positions * channels }, () => Math.max(0, random.normal()));
}

describe('analyseRepresentations', () => {
  it('writes similarity, output similarity, retrieval and comparison of a model that runs', async () => {
    const store = memoryStore();
    const { manifest, reused } = await analyseRepresentations(
      [{ source: model(), name: 'tiny', layers: ['early', 'late'] }],
      pictures(12),
      { databaseSizes: [6], permutations: 9 },
      store,
      { ...platform, thumbnail: async ({ data }) => data },
    );
    expect(reused).toBe(false);
    const section = sectionOf(manifest);
    expect(section).toMatchObject({ imageCount: 12, method: 'optimal', centring: 'position', invariance: null });
    const [entry] = section.models;
    expect(entry).toMatchObject({ id: 'tiny', logits: 'logits', preprocessingFrom: 'default' });
    expect(entry!.layers.map(({ name, positions, channels, extent }) => [name, positions, channels, extent])).toEqual([
      ['early', 256, 8, { height: 16, width: 16 }],
      ['late', 64, 12, { height: 8, width: 8 }],
    ]);
    for (const layer of entry!.layers) {
      const semantic = await readStudyMatrix(store, manifest, layer.matrices.linear!.semantic);
      const spatial = await readStudyMatrix(store, manifest, layer.matrices.linear!.spatial);
      semantic.data.forEach((value, k) => {
        expect(value).toBeGreaterThanOrEqual(spatial.data[k]! - 1e-3 * Math.abs(spatial.data[k]!));
      });
      expect(Object.keys(layer.outputSimilarity!)).toEqual(['linear', 'cosine', 'rbf']);
      expect(layer.retrieval.map(({ by, kernel }) => [by, kernel])).toContainEqual(['average', null]);
      const [semanticLinear] = layer.retrieval;
      expect(semanticLinear!.precisionAt1).toMatchObject({ count: 12, level: 0.95 });
      expect(semanticLinear!.sweep).toMatchObject([{ size: 6 }]);
      expect(layer.approximation.map(({ method }) => method)).toContain('batch-optimal');
      for (const { method, aggregate } of layer.approximation) {
        expect(aggregate, method).toBeLessThanOrEqual(1 + 1e-6);
        expect(aggregate, method).toBeGreaterThan(0);
      }
      expect(layer.approximationPairs).toMatchObject({ asked: null, used: 50, of: 66, optimalTime: null, notes: [] });
      const matches = await readStudyTable<MatchRow>(store, manifest, layer.matches!);
      expect(matches).toHaveLength(12 * 5);
      expect(matches[0]!.pairs).toHaveLength(64);
      const strengths = matches[0]!.pairs.map(([, , value]) => value);
      expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    }
    const { comparison } = section;
    expect(comparison!.cka.semantic).toEqual([
      [1, expect.closeTo(comparison!.cka.semantic[1]![0]!)],
      [expect.any(Number), 1],
    ]);
    expect(comparison!.rsa.p!.semantic[0]![1]).toBeGreaterThan(0);
    expect(comparison!.mutualNeighbours!.chance).toBeCloseTo(10 / 11);
    const rows = await readStudyTable<ImageRow>(store, manifest, section.images);
    expect(rows[3]).toMatchObject({ index: 3, name: '0/3.png', label: '0', thumbnail: 'images/00003.png' });
    expect(manifest.files).toHaveProperty('representations/images/00003.png');
    expect((await store.list()).filter((path) => path.startsWith('work/'))).toEqual([]);
  });

  it('gives the matrices of the library from features in a file, for each centring', async () => {
    const data = madeFeatures(9, 20, 6);
    const source = memorySource('features.npy', encodeNpy(data, [9, 20, 6]));
    for (const centring of ['none', 'channel', 'position'] as const) {
      const store = memoryStore();
      const { manifest } = await analyseRepresentations(
        [{ source, tokens: 0 }],
        [],
        { centring, kernels: ['rbf', 'linear'] },
        store,
      );
      const [layer] = sectionOf(manifest).models[0]!.layers;
      const expected = await similarityMatrices(centre(featureMaps({ shape: [9, 20, 6], data }), centring));
      for (const kernel of ['rbf', 'linear'] as const)
        for (const side of ['semantic', 'spatial'] as const) {
          const found = await readStudyMatrix(store, manifest, layer!.matrices[kernel]![side]);
          const { matrix } = kernelMatrix(expected[side]!, kernel);
          expect(found.data).toEqual(Float32Array.from(matrix.data));
        }
    }
  });

  it('drops tokens before the patches unless told to keep them, and searches by them too', async () => {
    const source = memorySource('tokens.npy', encodeNpy(madeFeatures(6, 17, 4), [6, 17, 4]));
    const told = { source, tokens: 1, grid: { height: 4, width: 4 } };
    const dropped = await analyseRepresentations([told], [], {}, memoryStore());
    const [layer] = sectionOf(dropped.manifest).models[0]!.layers;
    expect(layer).toMatchObject({ positions: 16, droppedTokens: 1, extent: { height: 4, width: 4 } });
    expect(layer!.retrieval.map(({ by }) => by)).toContain('first');
    const kept = await analyseRepresentations([{ ...told, cls: 'keep' }], [], {}, memoryStore());
    expect(sectionOf(kept.manifest).models[0]!.layers[0]).toMatchObject({
      positions: 17,
      droppedTokens: 0,
      extent: null,
    });
  });

  it('guesses neither tokens before the patches nor a grid where nothing tells them', async () => {
    const source = memorySource('tokens.npy', encodeNpy(madeFeatures(4, 50, 4), [4, 50, 4]));
    const asked = analyseRepresentations([{ source }], [], {}, memoryStore());
    await expect(asked).rejects.toThrow(
      'tokens.npy: which of the 50 tokens of array come before the patches cannot be told.',
    );
    await expect(asked).rejects.toMatchObject({ exitCode: 3, hint: expect.stringContaining('--tokens cls') });
    // Kept as asked, whatever they are; and 49 patches are no square unless somebody says so.
    const kept = await analyseRepresentations([{ source, cls: 'keep' }], [], {}, memoryStore());
    expect(sectionOf(kept.manifest).models[0]!.layers[0]).toMatchObject({ positions: 50, extent: null });
    const half = await analyseRepresentations([{ source, tokens: 1 }], [], {}, memoryStore());
    expect(sectionOf(half.manifest).models[0]).toMatchObject({
      layers: [{ positions: 49, droppedTokens: 1, extent: null }],
      warnings: expect.arrayContaining([expect.stringContaining('say them with --grid')]),
    });
    const grid = { height: 7, width: 7 };
    const told = await analyseRepresentations([{ source, tokens: 1, grid }], [], {}, memoryStore());
    expect(sectionOf(told.manifest).models[0]!.layers[0]).toMatchObject({ positions: 49, extent: grid });
    await expect(
      analyseRepresentations([{ source, tokens: 1, grid: { height: 5, width: 5 } }], [], {}, memoryStore()),
    ).rejects.toThrow('array has 50 tokens, which are not 1 before 5×5 patches.');
  });

  it('reads layout, grid and leading tokens of each layer where the file records them', async () => {
    const layers = JSON.stringify({ map: { layout: 'nhwc' }, tokens: { grid: [2, 8], tokens: 1 } });
    const arrays = {
      map: { dtype: 'f32' as const, shape: [4, 3, 3, 5], data: madeFeatures(4, 9, 5) },
      tokens: { dtype: 'f32' as const, shape: [4, 17, 5], data: madeFeatures(4, 17, 5) },
    };
    const source = memorySource('features.safetensors', encodeSafetensors(arrays, { layers }));
    const { manifest } = await analyseRepresentations([{ source }], [], {}, memoryStore());
    expect(sectionOf(manifest).models[0]!.layers).toMatchObject([
      { name: 'map', positions: 9, channels: 5, extent: { height: 3, width: 3 } },
      { name: 'tokens', positions: 16, droppedTokens: 1, extent: { height: 2, width: 8 } },
    ]);
    const wrong = encodeSafetensors(arrays, { layers: JSON.stringify({ map: { layout: 'hwcn' } }) });
    await expect(
      analyseRepresentations([{ source: memorySource('f.safetensors', wrong) }], [], {}, memoryStore()),
    ).rejects.toThrow('f.safetensors: "layers" of its metadata is not valid: map.layout');
  });

  it('goes on after an interruption at any tile and ends with the same bytes', { timeout: 60_000 }, async () => {
    const images = pictures(70);
    const input = [{ source: model(), layers: ['late'] }];
    const options = { approximationPairs: 4 };
    const whole = memoryStore();
    await analyseRepresentations(input, images, options, whole, platform);
    const expected = await contents(whole);
    for (const stopAt of [0, 4]) {
      const store = memoryStore();
      const controller = new AbortController();
      let tiles = 0;
      const interrupting: StudyStore = {
        ...store,
        async write(path, bytes) {
          await store.write(path, bytes);
          if (path.includes('/tile-') && tiles++ === stopAt) controller.abort(new Error('stop'));
        },
      };
      const stopped = analyseRepresentations(input, images, options, interrupting, platform, {
        signal: controller.signal,
      });
      await expect(stopped).rejects.toThrow('stop');
      expect(await store.list('representations/')).toEqual([]);
      const progress: Progress[] = [];
      await analyseRepresentations(input, images, options, store, platform, { onProgress: (p) => progress.push(p) });
      expect(progress.some(({ task }) => task === 'running the model')).toBe(false);
      expect(await contents(store)).toEqual(expected);
    }
    const again = await analyseRepresentations(input, images, options, whole, platform);
    expect(again.reused).toBe(true);
  });

  it('gives the same bytes whatever memory and threads there are', { timeout: 60_000 }, async () => {
    // The least room there may be means groups of one tile.
    const source = memorySource('f.npy', encodeNpy(madeFeatures(70, 16, 24), [70, 16, 24]));
    const options = { approximationPairs: 0, matches: false };
    const once = memoryStore();
    const inGroups = memoryStore();
    await analyseRepresentations([{ source, tokens: 0 }], [], options, once);
    const layer = { positions: 16, channels: 24 };
    const maxMemory = memoryOfLayers([layer], 70, plainOptions(options), {
      cap: 0,
      threads: 2,
      runs: false,
      method: 'optimal',
    });
    const openPool = () => matchThreads({ threads: 2 });
    await analyseRepresentations([{ source, tokens: 0 }], [], { ...options, maxMemory }, inGroups, { openPool });
    expect(await contents(inGroups)).toEqual(await contents(once));
    const refused = memoryStore();
    const less = { ...options, maxMemory: maxMemory - 1 };
    const error = await analyseRepresentations([{ source, tokens: 0 }], [], less, refused, { openPool }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(LimitError);
    expect(error.message).toMatch(
      /^f: layer array of 70 images, 16 positions × 24 channels, takes about (\d+) MiB of memory; \1 MiB are allowed/,
    );
    expect(error.hint).toMatch(/--threads 1, or --pairs, or --max-memory 192M/);
    expect(await contents(refused)).toEqual({});
    // The second model does not fit beside the first: nothing of the first is matched.
    const both = [
      { source, tokens: 0 },
      { source, name: 'g', tokens: 0 },
    ];
    const two = await analyseRepresentations(both, [], { ...options, maxMemory }, refused, { openPool }).catch(
      (e) => e,
    );
    expect(two.message).toMatch(
      /^g: layer array .* takes about \d+ MiB of memory, beside \d+ KiB of the layers before it;/,
    );
    expect(await contents(refused)).toEqual({});
  });

  it('leaves out pictures that cannot be read, by name', async () => {
    const images = pictures(6);
    images[2] = { name: 'broken.png', load: () => Promise.reject(new FormatError('broken.png cannot be decoded.')) };
    const store = memoryStore();
    const { manifest } = await analyseRepresentations([{ source: model() }], images, {}, store, platform);
    const section = sectionOf(manifest);
    expect(section.skipped).toEqual([{ name: 'broken.png', reason: 'broken.png cannot be decoded.' }]);
    const rows = await readStudyTable<ImageRow>(store, manifest, section.images);
    expect(rows.map(({ name }) => name)).toEqual(['0/0.png', '1/1.png', '0/3.png', '1/4.png', '2/5.png']);
  });

  it('refuses features of other samples, naming the first difference', async () => {
    const file = (name: string, ids: string[]) =>
      memorySource(
        name,
        writeSafetensors(
          { layer: { shape: [3, 4, 2], data: madeFeatures(3, 4, 2) } },
          {
            samples: JSON.stringify(ids.map((id) => ({ id, name: id, label: 'x' }))),
            layers: JSON.stringify({ layer: { tokens: 0, grid: [2, 2] } }),
          },
        ),
      );
    const compare = (a: string[], b: string[]) =>
      analyseRepresentations(
        [{ source: file('a.safetensors', a) }, { source: file('b.safetensors', b) }],
        [],
        {},
        memoryStore(),
      );
    const { manifest } = await compare(['p', 'q', 'r'], ['p', 'q', 'r']);
    expect(sectionOf(manifest).models[0]!.warnings).toEqual([]);
    expect(sectionOf(manifest).comparison!.cka.semantic[0]![1]).toBeCloseTo(1);
    await expect(compare(['p', 'q', 'r'], ['p', 'r', 'q'])).rejects.toThrow('sample 1 is q and r');
    const other = memorySource('c.npy', encodeNpy(madeFeatures(4, 4, 2), [4, 4, 2]));
    const uneven = analyseRepresentations(
      [{ source: file('a.safetensors', ['p', 'q', 'r']) }, { source: other }],
      [],
      {},
      memoryStore(),
    );
    await expect(uneven).rejects.toThrow(IncomparableError);
  });

  it('says what is missing or wrong', async () => {
    const images = pictures(4);
    await expect(analyseRepresentations([{ source: model() }], images, {}, memoryStore())).rejects.toThrow(
      MissingRuntimeError,
    );
    await expect(analyseRepresentations([{ source: model() }], [], {}, memoryStore(), platform)).rejects.toThrow(
      'needs images',
    );
    await expect(
      analyseRepresentations([{ source: model(), layers: ['laet'] }], images, {}, memoryStore(), platform),
    ).rejects.toMatchObject({ hint: 'Did you mean "late"?' });
    await expect(
      analyseRepresentations([{ source: model() }], images, { k: 0 }, memoryStore(), platform),
    ).rejects.toThrow(UsageError);
    const bad = madeFeatures(3, 4, 2);
    bad[9] = Number.NaN;
    const source = memorySource('bad.npy', encodeNpy(bad, [3, 4, 2]));
    await expect(analyseRepresentations([{ source, tokens: 0 }], [], {}, memoryStore())).rejects.toThrow(
      'Image 1 of layer "array" contains NaN',
    );
  });
});

describe('analyseInvariance', () => {
  it('finds the two crops of an image by semantic similarity better than by place', { timeout: 60_000 }, async () => {
    const images = Array.from(
      { length: 24 },
      (_, i): ImageInput => ({
        name: `${i}.png`,
        load: async () => madePicture(i % 5, i, 21),
      }),
    );
    images[5] = { name: 'broken.png', load: () => Promise.reject(new FormatError('broken.png cannot be decoded.')) };
    const store = memoryStore();
    const { manifest } = await analyseInvariance(
      [{ source: model(), layers: ['late'] }],
      images,
      { transform: 'shift', offset: 5, batch: 5 },
      store,
      { ...platform, thumbnail: encodePng },
    );
    const { invariance, skipped, imageCount } = sectionOf(manifest);
    expect(invariance).toMatchObject({
      transform: 'shift',
      offset: 5,
      size: 16,
      batches: 4,
      images: 20,
      kernel: 'rbf',
    });
    expect(imageCount).toBe(20);
    expect(skipped.map(({ name }) => name)).toEqual(['broken.png']);
    const [layer] = invariance!.models[0]!.layers;
    expect(layer!.semantic.auc).toBeGreaterThan(layer!.spatial.auc);
    // The first batch: five first crops before five second ones, each with a picture of its own.
    const { views } = invariance!.models[0]!;
    expect(views!.map(({ of }) => of)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4].map((i) => `${i}.png`));
    const pictures = await Promise.all(views!.map(({ picture }) => readStudyFile(store, manifest, picture!)));
    expect(new Set(pictures.map((bytes) => Buffer.from(bytes).toString('base64'))).size).toBe(10);
    for (const side of ['semantic', 'spatial'] as const) {
      const { rows, data } = await readStudyMatrix(store, manifest, layer!.matrices![side]);
      expect(rows).toBe(10);
      const { same, other, from, width } = layer!.histograms![side];
      // Four batches of ten views: 20 pairs of crops of one image, and all the others.
      expect(same.reduce((a, b) => a + b, 0)).toBe(20);
      expect(other.reduce((a, b) => a + b, 0)).toBe(4 * 45 - 20);
      for (let i = 0; i < 10; i++)
        for (let j = 0; j < i; j++) {
          const bar = Math.min(39, Math.floor((data[i * 10 + j]! - from) / width + 1e-4));
          expect(
            (i - j === 5 ? same : other)[bar]! + (i - j === 5 ? same : other)[Math.max(0, bar - 1)]!,
          ).toBeGreaterThan(0);
        }
    }
    const svg = await drawFigure(store, 'views', { encode: encodePng });
    expect(svg.match(/<image /g)).toHaveLength(10);
    expect(svg).toContain(`AUC ${layer!.semantic.auc.toFixed(3)}`);
    // A study of an older version has the separation alone.
    const old = structuredClone(manifest);
    for (const { layers } of sectionOf(old).invariance!.models) for (const entry of layers) delete entry.matrices;
    expect(figuresOf(old).find(({ kind }) => kind.id === 'views')!.lacks).toContain('run its command again');
  });

  it('of flips and turns is whole for an image that equals its own', async () => {
    const even = (value: number): ImageInput => ({
      name: `${value}`,
      load: async () => ({ width: 16, height: 16, data: new Uint8Array(768).fill(value) }),
    });
    for (const transform of ['flip', 'rotate'] as const) {
      const { manifest } = await analyseInvariance(
        [{ source: model(), layers: ['late'] }],
        [even(10), even(200), even(90)],
        { transform, batch: 3 },
        memoryStore(),
        platform,
      );
      expect(sectionOf(manifest).invariance!.models[0]!.layers[0]!.semantic.auc).toBe(1);
    }
  });
});
