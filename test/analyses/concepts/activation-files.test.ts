import { describe, expect, it } from 'vitest';
import { analyseConcepts } from '#src/analyses/concepts/analyse-concepts.ts';
import type { ConceptImageInput, ConceptModelInput, ConceptsOptions } from '#src/analyses/concepts/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { IncomparableError, UnsupportedError, UsageError } from '#src/base/errors.ts';
import { sha256Hex } from '#src/base/sha256.ts';
import { createRandom } from '#src/statistics/random.ts';
import type { CollageRow, ConceptImageRow } from '#src/study/concepts-section.ts';
import { readStudyTable } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeSafetensors } from '../../support/safetensors-writer.ts';
import { madePicture } from '../../support/tiny-vision-model.ts';

const IMAGES = 24;
const SIDE = 24;
const CHANNELS = 6;
const PATCHES = { side: SIDE, size: 14, stride: 10 };

const pictures = Array.from({ length: IMAGES }, (_, i): ConceptImageInput => {
  const picture = madePicture(i % 2, i, SIDE);
  return { name: `${i % 2 ? 'odd' : 'even'}/${i}.png`, label: i % 2 ? 'odd' : 'even', load: async () => picture };
});
const ids = await Promise.all(
  pictures.map(async ({ load }) => sha256Hex(((await load()) as { data: Uint8Array }).data)),
);

/** Activations of `perImage` rows an image, in another order than the pictures, without a classifier. */
function file(
  name: string,
  seed: number,
  {
    perImage = 4,
    rows = IMAGES,
    layers,
    patches,
  }: { perImage?: number; rows?: number; layers?: unknown; patches?: unknown } = {},
): ConceptModelInput {
  const random = createRandom(seed);
  const shape = [rows * perImage, CHANNELS];
  const shared = createRandom(1);
  const data = Float32Array.from({ length: rows * perImage * CHANNELS }, () =>
    Math.max(0, shared.normal() + 0.3 * random.normal()),
  );
  const order = ids.slice(0, rows).reverse();
  const samples = order.flatMap((id) =>
    Array.from({ length: perImage }, (_, p) => ({ id: `${id}#${p}`, name: id.slice(0, 6) })),
  );
  const metadata: Record<string, string> = { samples: JSON.stringify(samples) };
  if (layers) metadata.layers = JSON.stringify(layers);
  if (patches) metadata.patches = JSON.stringify(patches);
  return { source: memorySource(`${name}.safetensors`, writeSafetensors({ last: { shape, data } }, metadata)) };
}

const quick: ConceptsOptions = {
  nComponents: 2,
  stabilitySeeds: 0,
  shuffles: 0,
  resamples: 20,
  minFitImages: 2,
  minEvaluationImages: 2,
};
const platform = {
  encode: async ({ width, data }: { width: number; data: Uint8Array }) => Uint8Array.of(width, ...data.subarray(0, 9)),
};

async function analyse(
  files: readonly [ConceptModelInput, ConceptModelInput],
  given: readonly ConceptImageInput[] = pictures,
  options: ConceptsOptions = {},
) {
  const store = memoryStore();
  const { manifest } = await analyseConcepts(files, given, { ...quick, ...options }, store, platform);
  return { store, manifest, section: manifest.instruments.concepts! };
}

describe('concepts of files of activations', () => {
  it('have the pictures that are given beside them, found by id, with their labels and patches', async () => {
    const options = {
      layers: { last: { layout: 'nhwc', grid: [7, 7], tokens: 0, pooling: 'mean' } },
      patches: PATCHES,
    };
    const { store, manifest, section } = await analyse([file('a', 2, options), file('b', 3, options)]);
    expect(section.sampler).toEqual({
      kind: 'patch',
      ...PATCHES,
      perImage: 4,
      origins: [
        [0, 0],
        [0, 10],
        [10, 0],
        [10, 10],
      ],
    });
    expect(section.classes.map(({ name }) => name)).toEqual(['even', 'odd']);
    const rows = await readStudyTable<ConceptImageRow>(store, manifest, section.images);
    const shown = rows.filter(({ picture }) => picture !== null);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.every(({ split }) => split === 'evaluation')).toBe(true);
    for (const { id, label, picture } of shown) {
      const place = ids.indexOf(id);
      expect(label).toBe(pictures[place]!.label);
      const expected = (await pictures[place]!.load()) as { data: Uint8Array };
      const bytes = (await store.read(`concepts/${picture}`))!;
      expect([...bytes]).toEqual([SIDE, ...expected.data.subarray(0, 9)]);
    }
    const collages = await readStudyTable<CollageRow>(store, manifest, section.classes[0]!.models[0]!.collages);
    expect(collages[0]!.patches.every(({ image, patch }) => rows[image]!.picture !== null && patch < 4)).toBe(true);
    expect(section.models[0].warnings).toContain('The file has of last the mean of all positions.');
  });

  it('say what is assumed, missing or spare, and refuse what cannot be told', async () => {
    const files = [file('a', 2, { rows: 20 }), file('b', 3, { rows: 20 })] as const;
    const some = [...pictures.slice(2), { name: 'other.png', load: async () => madePicture(2, 99, SIDE) }];
    const preprocessing = { resize: { height: SIDE, width: SIDE }, crop: null };
    const told = [{ ...files[0], preprocessing }, files[1]] as const;
    const { section } = await analyse(told, some, { patchSize: 14, patchStride: 10 });
    expect(section.models[0].warnings).toEqual(
      expect.arrayContaining([
        'The file does not say how positions of last became one vector.',
        '2 of 20 images of the files have no picture among those given.',
        '5 of 23 pictures given are not in the files, or twice.',
      ]),
    );
    // 2/7 of the side, four fifths of that apart, would be 16 patches.
    const asked = analyse(told, some);
    await expect(asked).rejects.toThrow(UnsupportedError);
    await expect(asked).rejects.toThrow('a.safetensors has 4 rows an image');
    await expect(analyse(files, [some.at(-1)!])).rejects.toThrow(IncomparableError);
    const recorded = [file('a', 2, { patches: PATCHES }), file('b', 3)] as const;
    await expect(analyse(recorded, pictures, { patchSize: 12 })).rejects.toThrow(UsageError);
    await expect(analyse([{ ...files[0], tokens: 1 }, files[1]], some)).rejects.toThrow('--tokens says nothing of it');
  });

  it('are in no group without a classifier, and counted by similarity alone', async () => {
    const { section } = await analyse([file('a', 2, { patches: PATCHES }), file('b', 3)]);
    for (const { groups, bySimilarity, concepts, missing } of section.summary.models) {
      expect(groups).toBeNull();
      expect(bySimilarity!.low + bySimilarity!.high).toBe(concepts - missing);
      expect(bySimilarity!.high).toBeGreaterThan(0);
    }
  });
});
