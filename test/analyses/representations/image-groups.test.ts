import { describe, expect, it } from 'vitest';
import { cropImage } from '#src/activations/images/crop-and-turn.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseInvariance, type InvarianceOptions } from '#src/analyses/representations/analyse-invariance.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { type GroupedImage, groupBatches, rowsOfBatch } from '#src/analyses/representations/invariance/image-groups.ts';
import type { ImageInput, RepresentationModelInput } from '#src/analyses/representations/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { openNpyArray } from '#src/formats/npy/read-npy.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { memoryStore } from '#src/study/store.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';
import { madePicture, shapedVisionModel } from '../../support/tiny-vision-model.ts';

const platform = { runtime: () => loadRuntime() };
const SIDE = 16;
const SHIFT = 5;
const model: RepresentationModelInput = {
  source: memorySource('m.onnx', shapedVisionModel(['n', SIDE, SIDE])),
  layers: ['early', 'late'],
};

/** Pictures as large as shift makes them, so that its crops are cut without resizing. */
const whole = Array.from({ length: 9 }, (_, i) => madePicture(i % 3, i, SIDE + SHIFT));
const named = (name: string, picture: RgbImage): ImageInput => ({ name, load: async () => picture });
const wholeImages = whole.map((picture, i) => named(`${i}`, picture));
const cropOf = (i: number, top: number): RgbImage => cropImage(whole[i]!, 0, top, SIDE, SIDE);
/** The same crops as pictures of their own, in no order. */
const crops = [
  ...whole.map((_, i) => named(`low-${i}`, cropOf(i, SHIFT))).reverse(),
  ...whole.map((_, i) => named(`high-${i}`, cropOf(i, 0))),
];
const groups: GroupedImage[] = whole.flatMap((_, i) => [
  { image: `low-${i}`, group: `g${i}`, place: 2 },
  { image: `high-${i}`, group: `g${i}`, place: 1 },
]);

async function result(inputs: RepresentationModelInput[], images: ImageInput[], options: InvarianceOptions) {
  const { manifest } = await analyseInvariance(inputs, images, options, memoryStore(), platform);
  return manifest.instruments.representations!;
}

describe('--transform groups', () => {
  it('equals shift on the same crops, of a model and of its features', async () => {
    const shift = await result([model], wholeImages, { transform: 'shift', offset: SHIFT, batch: 3 });
    const own = await result([model], crops, { transform: 'groups', groups, batch: 3 });
    expect(own.invariance).toMatchObject({
      transform: 'groups',
      groups: 9,
      batches: 3,
      images: 18,
      offset: null,
      size: null,
    });
    const expected = shift.invariance!.models[0]!.layers;
    expect(expected[1]!.semantic.auc).toBeGreaterThan(expected[1]!.spatial.auc);
    expect(own.invariance!.models[0]!.layers).toEqual(expected);

    // The features of the crops, as a study keeps them.
    const files = new Map<string, Uint8Array>();
    const { manifest } = await analyseRepresentations(
      [{ ...model, layers: ['late'] }],
      crops,
      { centring: 'none', kernels: ['linear'] },
      memoryStore(files),
      platform,
    );
    const { path } = manifest.instruments.representations!.models[0]!.layers[0]!.features!;
    const { data } = await (await openNpyArray(memorySource(path, files.get(path)!), 'a')).read();
    const source = memorySource('f.npy', encodeNpy(data as Float32Array, [18, 64, 12]));
    const ofFile = await result([{ source, tokens: 0 }], crops, { transform: 'groups', groups, batch: 3 });
    const { semantic, spatial } = ofFile.invariance!.models[0]!.layers[0]!;
    expect({ semantic, spatial }).toEqual({ semantic: expected[1]!.semantic, spatial: expected[1]!.spatial });
  });

  it('takes groups of any size, puts every one into a batch, and leaves pictures that cannot be read out by name', async () => {
    const sizes = groupBatches(
      [...'abcde'].map((name) => ({ name, members: [0, 1] })),
      2,
    );
    expect(sizes.map((batch) => batch.map(({ name }) => name).join(''))).toEqual(['ab', 'cde']);
    const rows = rowsOfBatch([
      { name: 'a', members: [4, 5, 6] },
      { name: 'b', members: [7, 8] },
    ]);
    expect(rows.map(({ index }) => index)).toEqual([4, 7, 5, 8, 6]);
    const broken = crops.map((image) =>
      image.name === 'low-3' ? { ...image, load: () => Promise.reject(new Error('gone')) } : image,
    );
    await expect(result([model], broken, { transform: 'groups', groups })).rejects.toThrow('gone');
    const three = [...groups, { image: 'extra', group: 'g0', place: 3 }];
    const more = await result([model], [...crops, named('extra', cropOf(0, 2))], {
      transform: 'groups',
      groups: three,
    });
    expect(more.invariance).toMatchObject({ groups: 9, images: 19, batches: 1 });
  });

  it('says what is wrong with a list', async () => {
    const refused = (list: GroupedImage[] | undefined, transform: InvarianceOptions['transform'] = 'groups') =>
      result([model], crops, { transform, ...(list && { groups: list }) });
    await expect(refused(undefined)).rejects.toThrow('transform "groups" needs groups');
    await expect(refused(groups, 'flip')).rejects.toThrow('groups are for transform "groups"; found "flip"');
    await expect(refused([...groups, { image: 'nobody', group: 'g0' }])).rejects.toThrow(
      'groups: none of 18 images has the name or content id nobody.',
    );
    await expect(refused([...groups, { image: 'low-1', group: 'g0' }])).rejects.toThrow(
      'low-1 is listed twice, in g1 and in g0',
    );
    await expect(refused(groups.slice(1))).rejects.toThrow('groups: g0 has one image');
    await expect(refused(groups.slice(0, 2))).rejects.toThrow('there is one group; at least 2 are compared');
  });
});
