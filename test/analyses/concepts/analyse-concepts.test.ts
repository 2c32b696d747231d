import { describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseConcepts } from '#src/analyses/concepts/analyse-concepts.ts';
import type { ConceptModelInput, ConceptsOptions } from '#src/analyses/concepts/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { drawFigure } from '#src/figures/catalogue.ts';
import { encodePng } from '#src/formats/png/encode-png.ts';
import { pearson } from '#src/statistics/pearson.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { CollageRow, ConceptImageRow, ConceptsSection, ShortlistRow } from '#src/study/concepts-section.ts';
import { readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { TABLES } from '#src/tables/catalogue.ts';
import { COLOURS, type ColourModelOptions, colourModel, colourPictures } from '../../support/colour-model.ts';

const platform = { runtime: () => loadRuntime(), threads: 1, encode: async () => Uint8Array.of(1) };
const labels = { kind: 'names', source: 'test', labels: [...COLOURS] } as const;
/** Few of everything, so that a test takes a second. */
const quick: ConceptsOptions = { nComponents: 3, resamples: 50, shuffles: 50, stabilitySeeds: 1, randomNetwork: false };

function model(options: ColourModelOptions & Partial<ConceptModelInput> = {}): ConceptModelInput {
  const { seed, channels, before, signed, ...input } = options;
  const bytes = colourModel({
    ...(seed !== undefined && { seed }),
    ...(channels && { channels }),
    ...(before && { before }),
    ...(signed && { signed }),
  });
  return {
    source: memorySource(`model-${seed ?? 1}.onnx`, bytes),
    labels,
    preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
    ...input,
  };
}

async function analyse(
  a: ConceptModelInput,
  b: ConceptModelInput,
  options: ConceptsOptions = {},
  images = colourPictures(24),
) {
  const store = memoryStore();
  const { manifest, reused } = await analyseConcepts([a, b], images, { ...quick, ...options }, store, platform);
  return { section: manifest.instruments.concepts!, store, manifest, reused };
}

const concepts = ({ classes }: ConceptsSection, m: 0 | 1) => classes.flatMap(({ models }) => models[m]?.concepts ?? []);
const mean = (values: readonly (number | null)[]) =>
  values.reduce<number>((sum, value) => sum + value!, 0) / values.length;

describe('the concepts instrument', () => {
  it('finds no difference between a network and itself', async () => {
    const { section } = await analyse(model({ name: 'a' }), model({ name: 'b' }));
    expect(section.classes.map(({ name }) => name)).toEqual([...COLOURS]);
    expect(
      section.models.map(({ head, layer, factorisation, accuracy }) => [head.kind, layer, factorisation, accuracy]),
    ).toEqual([
      ['linear', 'late', 'nmf', 1],
      ['linear', 'late', 'nmf', 1],
    ]);
    for (const m of [0, 1] as const)
      for (const { similarity, maxSimilarity, partner, index, replacement } of concepts(section, m)) {
        expect(similarity.cross).toEqual(similarity.self);
        expect(maxSimilarity).toBeCloseTo(1, 10);
        expect(partner).toBe(index);
        expect(replacement.delta).toEqual({ l2: 0, kl: 0, match: 0, deltaTarget: 0 });
      }
    expect(section.summary.cka.biased).toBeCloseTo(1, 5);
    expect(section.summary.cka.unbiased).toBeCloseTo(1, 5);
    expect(section.summary.maxSimilarity).toBeCloseTo(1, 10);
    expect(mean(concepts(section, 0).map(({ similarity }) => similarity.cross.pearson.value))).toBeGreaterThan(0.9);
  });

  it('sees through channels that changed places and scales', async () => {
    const random = createRandom(5);
    const channels = Array.from(random.permutation(12), (from) => ({ from, factor: 0.2 + 5 * random.next() }));
    const { section } = await analyse(model(), model({ channels, name: 'moved' }));
    for (const { similarity } of concepts(section, 0))
      expect(similarity.cross.pearson.value).toBeCloseTo(similarity.self.pearson.value!, 5);
  });

  it('puts another seed between the same network and one of random weights', async () => {
    const { section } = await analyse(model(), model({ seed: 2 }), { randomNetwork: true, alpha: 0.01 });
    const own = section.summary.models[0];
    expect(own.self.mean.value!).toBeGreaterThan(own.cross.mean.value!);
    expect(own.cross.mean.value!).toBeGreaterThan(own.null.randomNetwork!);
    expect(Math.abs(own.null.shuffled!)).toBeLessThan(0.3);
    expect(own.cross.mean.low!).toBeLessThan(own.cross.mean.value!);
    expect(own.cross.mean.high!).toBeGreaterThan(own.cross.mean.value!);
  });

  it('relates what is not shared to what it changes, concept by concept and over all', async () => {
    const { section, store, manifest } = await analyse(model(), model({ seed: 2 }));
    section.summary.models.forEach(({ effects }, m) => {
      const known = concepts(section, m as 0 | 1).flatMap(({ similarity: { cross, self }, replacement: { delta } }) =>
        cross.pearson.value === null || self.pearson.value === null || delta.kl === null
          ? []
          : [[cross.pearson.value - self.pearson.value, delta.kl] as const],
      );
      expect(known.length).toBeGreaterThan(2);
      const expected = pearson(
        known.map(([x]) => x),
        known.map(([, y]) => y),
      );
      expect(effects!.kl.raw).toMatchObject({ concepts: known.length, pearson: expect.closeTo(expected!, 9) });
      expect(effects!.kl.byImportance.concepts).toBeGreaterThan(0);
      expect(effects!.kl.byImportance.concepts).toBeLessThanOrEqual(known.length);
    });
    const { columns, rows } = await TABLES.find(({ id }) => id === 'concepts')!.read({ manifest, store });
    expect(rows).toHaveLength(concepts(section, 0).length + concepts(section, 1).length);
    for (const row of rows) {
      expect(row).toHaveLength(columns.length);
      const [similarity, ceiling, delta] = row.slice(3, 6) as number[];
      expect(delta).toBeCloseTo(similarity! - ceiling!, 12);
    }
    for (const id of ['similarity-effect', 'correlation-regression'])
      expect((await drawFigure(store, id, { encode: encodePng })).match(/<circle /g)!.length).toBeGreaterThanOrEqual(
        rows.length,
      );
  });

  it('writes tables and arrays that fit one another', async () => {
    const { section, store, manifest } = await analyse(model(), model({ seed: 2 }));
    const images = await readStudyTable<ConceptImageRow>(store, manifest, section.images);
    expect(images).toHaveLength(section.imageCount);
    expect(images.every(({ predicted, label }) => predicted[0] === label)).toBe(true);
    expect(images.every(({ picture, split }) => (picture !== null) === (split === 'evaluation'))).toBe(true);
    expect(section.sampler).toMatchObject({ kind: 'patch', side: 16, size: 5, stride: 4, perImage: 9 });
    for (const { fitImages, evaluationImages, models } of section.classes) {
      expect([fitImages.length, evaluationImages.length]).toEqual([12, 12]);
      expect(fitImages.every((row) => images[row]!.split === 'fit')).toBe(true);
      expect(evaluationImages.every((row) => images[row]!.split === 'evaluation')).toBe(true);
      for (const owner of models) {
        const real = await readStudyMatrix(store, manifest, owner!.coefficients);
        const predicted = await readStudyMatrix(store, manifest, owner!.predicted.cross);
        expect([real.rows, real.cols]).toEqual([12 * 9, 3]);
        const collages = await readStudyTable<CollageRow>(store, manifest, owner!.collages);
        expect(collages).toHaveLength(9);
        for (const { concept, patches } of collages)
          for (const patch of patches) {
            expect(evaluationImages[Math.floor(patch.row / 9)]).toBe(patch.image);
            expect(patch.row % 9).toBe(patch.patch);
            expect(real.data[patch.row * 3 + concept]).toBeCloseTo(patch.real, 4);
            expect(predicted.data[patch.row * 3 + concept]).toBeCloseTo(patch.predicted, 4);
          }
      }
    }
    const shortlist = await readStudyTable<ShortlistRow>(store, manifest, section.shortlist);
    expect(shortlist.length).toBeGreaterThan(0);
    expect(section.performance).not.toBeNull();
    const groups = concepts(section, 0).map(({ group }) => group);
    expect(groups.every((group) => group !== null)).toBe(true);
  });

  it('has a head behind a LayerNorm, and none that is not linear', async () => {
    const { section } = await analyse(
      model({ before: 'layer-norm' }),
      model({ before: 'tanh', name: 'bent', layers: ['late'] }),
      {
        classes: ['red'],
      },
    );
    expect(section.models[0].head.kind).toBe('layer-norm-linear');
    expect(section.models[0].warnings.join()).toContain('occlusion stands beside it');
    expect(section.models[1].head.kind).toBe('none');
    expect(section.models[1].head.reason).toContain('not what the head classifier.weight reads');
    expect(concepts(section, 0)[0]!.importance).not.toBeNull();
    expect(section.models.map(({ importance }) => importance)).toEqual(['integrated-gradients', 'covering']);
    expect(concepts(section, 1).some(({ importance }) => importance !== null)).toBe(true);
    expect(concepts(section, 1)[0]!.replacement.cross).toMatchObject({ kl: null, match: null, deltaTarget: null });
  });

  it('takes semi-NMF for signed features, cells, a layer map and a group', async () => {
    const images = colourPictures(8).map((image) => ({ ...image, conceptGroup: 'squares' }));
    const { section } = await analyse(
      model({ signed: true }),
      model({ signed: true, seed: 2 }),
      { sampler: 'cell', layerMap: 2, sobol: true, stabilitySeeds: 0 },
      images,
    );
    expect(section.models[0].factorisation).toBe('semi-nmf');
    expect(section.sampler).toMatchObject({ kind: 'cell', perImage: 64, size: 2 });
    expect(section.classes).toMatchObject([{ id: 'g-squares', index: null, name: 'squares' }]);
    expect(section.layerMap!.layers[0]).toHaveLength(2);
    expect(section.layerMap!.both[1]![1]).toBeGreaterThan(0);
    // Maps of 16×16 and of 8×8 cells have no cells in common.
    expect(section.layerMap!.both[0]![1]).toBeNull();
    expect(concepts(section, 0)[0]!.importance!.sobol).not.toBeNull();
  });

  it('sweeps over numbers of concepts and penalties', async () => {
    const { section } = await analyse(model(), model({ seed: 2 }), { sweep: true, classes: ['red'] });
    const { components, alpha } = section.sweeps!;
    expect(components.map(({ nComponents }) => nComponents)).toEqual([5, 10, 15, 20]);
    expect(components[0]!.models[0]!.relativeError!).toBeLessThan(section.classes[0]!.models[0]!.relativeError);
    // There are 12 channels.
    expect(components[2]!.models[0]).toEqual({ cross: null, self: null, relativeError: null, stability: null });
    expect(alpha.map(({ models }) => models[0]!.features!)).toEqual(
      alpha.map(({ models }) => models[0]!.features!).sort((a, b) => b - a),
    );
  });

  it('ends with the same bytes when it was interrupted, and computes nothing twice', async () => {
    const inputs = [model(), model({ seed: 2 })] as const;
    const whole = await analyse(...inputs);
    const files = new Map<string, Uint8Array>();
    const store = memoryStore(files);
    const images = colourPictures(24);
    const stop = new AbortController();
    const write = store.write;
    const interrupted = {
      ...store,
      write: async (path: string, bytes: Uint8Array) => {
        await write(path, bytes);
        if (/classes\/c0001.*record\.json$/.test(path)) stop.abort();
      },
    };
    await expect(
      analyseConcepts(inputs, images, quick, interrupted, platform, { signal: stop.signal }),
    ).rejects.toThrow();
    const kept = [...files.keys()].filter((path) => path.endsWith('record.json'));
    expect(kept).toHaveLength(2);
    let rows = 0;
    await analyseConcepts(inputs, images, quick, store, platform, {
      onProgress: ({ unit, total }) => {
        if (unit === 'rows') rows = total!;
      },
    });
    // 12 + 12 images of 9 patches and 12 of importance, by two models, of the one class that was missing.
    expect(rows).toBe(2 * (24 * 9 + 12));
    expect([...files.keys()].sort()).toEqual((await whole.store.list()).sort());
    for (const [path, bytes] of files) expect(bytes).toEqual(await whole.store.read(path));
    const again = await analyseConcepts(inputs, images, quick, store, platform);
    expect(again.reused).toBe(true);
  });
});

describe('bad input', () => {
  const fails = async (promise: Promise<unknown>) =>
    promise.then(
      () => {
        throw new Error('nothing failed');
      },
      (error: Error & { hint?: string }) => error,
    );

  it('says that no image is predicted as a class', async () => {
    const error = await fails(
      analyse(
        model(),
        model({ seed: 2 }),
        { classes: ['blue'] },
        colourPictures(24).filter(({ label }) => label !== 'blue'),
      ),
    );
    expect(error.message).toBe('None of 1 class can be compared on 48 images; blue: no image is predicted as it.');
    expect(error.hint).toContain('--group NAME=DIR');
  });

  it('says that one image is too few', async () => {
    const error = await fails(analyse(model(), model({ seed: 2 }), {}, colourPictures(1).slice(0, 1)));
    expect(error.message).toBe(
      'None of 3 classes can be compared on 1 image; red: there is one image only; concepts need several to be compared.',
    );
  });

  it('refuses plain NMF on signed features', async () => {
    const error = await fails(analyse(model({ signed: true, factorisation: 'nmf', name: 'leaky' }), model()));
    expect(error.message).toMatch(
      /^leaky: plain NMF needs activations of at least 0; layer late goes down to -0\.\d+\.$/,
    );
    expect(error.hint).toContain('ask for semi-nmf');
  });

  it('refuses more concepts than channels, and than the rank', async () => {
    const error = await fails(analyse(model({ name: 'a' }), model(), { nComponents: 13 }));
    expect(error.message).toBe('a: 13 concepts are more than the 12 channels of layer late.');
    const channels = Array.from({ length: 12 }, (_, i) => ({ from: i % 3, factor: 1 }));
    const poor = await fails(analyse(model({ channels, name: 'poor' }), model(), { nComponents: 5 }));
    expect(poor.message).toBe('red: poor: nComponents is 5, above the rank 3 of the 108×12 activations.');
  });

  it('refuses different label sets, unless the shared part is asked for', async () => {
    const other = model({
      seed: 2,
      name: 'b',
      labels: { kind: 'names', source: 'test', labels: ['red', 'blue', 'pink'] },
    });
    const error = await fails(analyse(model({ name: 'a' }), other));
    expect(error.message).toBe('a has 3 classes (red …) and b has 3 classes (red …); they share 2.');
    expect(error.hint).toBe('Add --shared to compare them on the classes they share.');
    const { section } = await analyse(model({ name: 'a' }), other, { shared: true });
    expect(section.classes.map(({ name }) => name)).toContain('red');
    expect(section.models[1].warnings).toContain('1 classes are left out because the other model lacks them.');
  });

  it('names images that are unreadable or twice there', async () => {
    const images = colourPictures(24);
    const twice = { ...images[0]!, name: 'red/again.png' };
    const broken = { name: 'broken.png', load: async () => Uint8Array.of(1, 2, 3) };
    const store = memoryStore();
    const { FormatError } = await import('#src/base/errors.ts');
    const decode = async (_: Uint8Array, name: string) => {
      throw new FormatError(`${name} cannot be decoded.`);
    };
    const { manifest } = await analyseConcepts(
      [model(), model({ seed: 2 })],
      [...images, twice, broken],
      { ...quick, classes: ['red'] },
      store,
      { ...platform, decode },
    );
    expect(manifest.instruments.concepts!.skipped).toEqual([
      { name: 'red/again.png', reason: 'red/again.png has the same bytes as red/0.png.' },
      { name: 'broken.png', reason: 'broken.png cannot be decoded.' },
    ]);
  });

  it('refuses layers and options that are not there', async () => {
    expect((await fails(analyse(model({ layers: ['lat'] }), model()))).hint).toBe('Did you mean "late"?');
    expect((await fails(analyse(model(), model(), { blend: 2 }))).message).toBe(
      'blend must be a number from 0 to 1; found 2.',
    );
    expect((await fails(analyse(model(), model(), { classes: ['rad'] }))).hint).toBe('Did you mean "red"?');
  });
});
