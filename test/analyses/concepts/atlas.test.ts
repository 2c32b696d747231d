import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { imagesFromFolder } from '#src/activations/images/images-from-folder.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseConceptAtlas } from '#src/analyses/concepts/atlas/analyse-atlas.ts';
import type { ConceptModelInput, ConceptsOptions } from '#src/analyses/concepts/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { findInStudy } from '#src/findings/find-in-study.ts';
import { readerOf } from '#src/findings/study-reader.ts';
import type { AtlasConceptRow, AtlasEntryRow, AtlasImageRow } from '#src/study/concepts/atlas-section.ts';
import type { CollageRow } from '#src/study/concepts-section.ts';
import { readStudyMatrix, readStudyTable } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { COLOURS, colourModel, colourPictures } from '../../support/colour-model.ts';

const platform = {
  runtime: () => loadRuntime(),
  decode: decodeImage,
  threads: 1,
  encode: async () => Uint8Array.of(1),
};
const quick: ConceptsOptions = { nComponents: 3, resamples: 50, stabilitySeeds: 0 };

function model(seed: number, name = `seed-${seed}`): ConceptModelInput {
  return {
    source: memorySource(`${name}.onnx`, colourModel({ seed })),
    name,
    labels: { kind: 'names', source: 'test', labels: [...COLOURS] },
    preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
  };
}

async function atlas(inputs: readonly ConceptModelInput[], options: ConceptsOptions = {}) {
  const store = memoryStore();
  const run = () => analyseConceptAtlas(inputs, colourPictures(24), { ...quick, ...options }, store, platform);
  const { manifest } = await run();
  const section = manifest.instruments.atlas!;
  return {
    run,
    manifest,
    store,
    section,
    concepts: await readStudyTable<AtlasConceptRow>(store, manifest, section.concepts),
    entries: await readStudyTable<AtlasEntryRow>(store, manifest, section.entries),
  };
}

describe('the atlas of concepts', () => {
  it('finds every concept of a network in its copies, and what another network has apart', async () => {
    const { section, entries, concepts, manifest, store, run } = await atlas([
      model(1, 'one'),
      model(1, 'copy'),
      model(2, 'other'),
    ]);
    expect(section.pairs.map(({ first, second, agreeing }) => [first, second, agreeing])[0]).toEqual([0, 1, 9]);
    for (const { cells } of entries)
      expect(cells[0]!.concepts, 'a copy has what its original has').toEqual(cells[1]!.concepts);
    const [one, copy] = [0, 1].map((m) => concepts.filter(({ model: of }) => of === m));
    for (const [i, { similarity, importance }] of one!.entries()) {
      expect(similarity[1]).toEqual(similarity[0]);
      expect(importance).toEqual(copy![i]!.importance);
    }
    // Every concept is in one entry, with those of its model for other classes at most.
    expect(concepts).toHaveLength(27);
    expect(new Set(concepts.map(({ entry }) => entry)).size).toBe(section.entryCount);
    expect(section.byModels.reduce((a, b) => a + b)).toBe(section.entryCount);
    for (const { entry } of entries) {
      const members = concepts.filter((concept) => concept.entry === entry);
      const keys = members.map((concept) => `${concept.model}/${concept.class}`);
      expect(new Set(keys).size).toBe(keys.length);
    }
    const owned = section.classes[0]!.models[2]!;
    expect(await readStudyMatrix(store, manifest, owned.directions)).toMatchObject({ rows: 3, cols: 12 });
    const collages = await readStudyTable<CollageRow>(store, manifest, owned.collages);
    expect(collages.map(({ kind }) => kind)).toEqual(['top', 'top', 'top']);
    expect((await run()).reused).toBe(true);
  });

  it('says of a pair what it says of the same pair in other places', async () => {
    const { section } = await atlas([model(1), model(2), model(1, 'again')]);
    const [pair] = section.pairs;
    const mirrored = section.pairs.find(({ first, second }) => first === 1 && second === 2)!;
    expect(mirrored.similarity).toEqual([pair!.similarity[1], pair!.similarity[0]]);
    expect(mirrored.cka).toBeCloseTo(pair!.cka!, 10);
    expect(section.ceilings[2]).toEqual(section.ceilings[0]);
  });

  it('ends with the same bytes when it was interrupted', async () => {
    const inputs = [model(1), model(2), model(3)];
    const store = memoryStore();
    const controller = new AbortController();
    const onProgress = ({ task, done }: { task: string; done: number }) => {
      if (task === '3 classes' && done > 500) controller.abort();
    };
    await expect(
      analyseConceptAtlas(inputs, colourPictures(24), quick, store, platform, {
        signal: controller.signal,
        onProgress,
      }),
    ).rejects.toThrow();
    const { manifest } = await analyseConceptAtlas(inputs, colourPictures(24), quick, store, platform);
    expect(manifest.files).toEqual((await atlas(inputs)).manifest.files);
  });

  it('wants three models, one layer of each, and refuses what is about two', async () => {
    const refuse = (inputs: readonly ConceptModelInput[], options: ConceptsOptions = {}) =>
      analyseConceptAtlas(inputs, [], options, memoryStore(), platform);
    const three = [model(1), model(2), model(3)];
    await expect(refuse(three.slice(1))).rejects.toThrow('An atlas of concepts is of three models or more; found 2.');
    await expect(refuse(three, { sweep: true })).rejects.toThrow('sweep is about two models; 3 are compared.');
    await expect(refuse([{ ...model(1), layers: ['early', 'late'] }, ...three])).rejects.toThrow(
      'an atlas is of one layer of each model; 2 were named (early, late)',
    );
  });

  it('finds the pink square once, in the two networks that learned it', async () => {
    const samples = fileURLToPath(new URL('../../../samples/pink-square', import.meta.url));
    const names = ['with-square', 'with-square-2', 'without-square'];
    const inputs = await Promise.all(
      names.map(async (name) => ({ source: await fileSource(`${samples}/networks/${name}.onnx`) })),
    );
    const images = await imagesFromFolder(`${samples}/images`);
    const store = memoryStore();
    const options: ConceptsOptions = {
      classes: ['cat'],
      patchSize: 18,
      patchStride: 14,
      resamples: 50,
      stabilitySeeds: 0,
    };
    const { manifest } = await analyseConceptAtlas(inputs, images, options, store, platform);
    const section = manifest.instruments.atlas!;
    const entries = await readStudyTable<AtlasEntryRow>(store, manifest, section.entries);
    const rows = await readStudyTable<AtlasImageRow>(store, manifest, section.images);
    const { origins, size, side } = section.sampler;
    /** Share of a concept's strongest patches that show the square. */
    const showsSquare = async (m: number, concept: number): Promise<number> => {
      const collages = await readStudyTable<CollageRow>(store, manifest, section.classes[0]!.models[m]!.collages);
      const { patches } = collages.find((collage) => collage.concept === concept)!;
      const shown = await Promise.all(
        patches.map(async ({ image, patch }) => {
          const bytes = await images.find(({ name }) => name === rows[image]!.name)!.load();
          const picture = await decodeImage(bytes as Uint8Array, 'picture');
          expect([picture.width, picture.height]).toEqual([side, side]);
          const [top, left] = origins![patch]!;
          let magenta = 0;
          for (let y = top; y < top + size!; y++)
            for (let x = left; x < left + size!; x++) {
              const at = (y * picture.width + x) * 3;
              const [r, g, b] = picture.data.subarray(at, at + 3);
              if (r! > 220 && g! < 60 && b! > 220) magenta++;
            }
          return magenta > 16 ? 1 : 0;
        }),
      );
      return shown.reduce<number>((a, b) => a + b, 0) / shown.length;
    };
    const square: AtlasEntryRow[] = [];
    for (const entry of entries) {
      const shares = await Promise.all(
        entry.cells.flatMap(({ concepts }, m) => concepts.map(({ concept }) => showsSquare(m, concept))),
      );
      if (shares.every((share) => share === 1)) square.push(entry);
    }
    expect(square).toHaveLength(1);
    const [entry] = square;
    expect(entry!.cells.map(({ concepts }) => concepts.length)).toEqual([1, 1, 0]);
    expect(entry!.agreement!.least).toBeGreaterThan(0.8);
    expect(entry!.cells[0]!.similarity).toBeGreaterThan(0.8);
    expect(entry!.cells[1]!.similarity).toBeGreaterThan(0.8);
    expect(entry!.cells[2]!.similarity).toBeLessThan(0.35);
    expect(entry!.importance).toBe(1);
    const [finding] = await findInStudy(readerOf(store, manifest), manifest, 'concepts');
    expect(finding!.rule).toBe('concepts.atlas-lacking');
    expect(finding!.text).toContain('is in with-square and with-square-2');
    expect(finding!.text).toContain('without-square lacks it');
  });
});
