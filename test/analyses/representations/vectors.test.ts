import { describe, expect, it } from 'vitest';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import { chooseLayers } from '#src/analyses/representations/features/choose-layers.ts';
import type { RepresentationModelInput } from '#src/analyses/representations/options.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { UnsupportedError } from '#src/base/errors.ts';
import { findInStudy } from '#src/findings/find-in-study.ts';
import { readerOf } from '#src/findings/study-reader.ts';
import { encodeNpy } from '#src/formats/npy/write-npy.ts';
import { cka } from '#src/measures/representations/comparison/cka.ts';
import { createRandom } from '#src/statistics/random.ts';
import { readStudyMatrix } from '#src/study/read-study.ts';
import { memoryStore } from '#src/study/store.ts';
import { writeSafetensors } from '../../support/safetensors-writer.ts';
import { madePicture, tinyVisionModel } from '../../support/tiny-vision-model.ts';

const IMAGES = 12;

function made(width: number, seed: number, images = IMAGES): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: images * width }, () => random.normal() + 3);
}

/** Inner products of vectors from which the mean vector is taken, in 64 bits. */
function gram(data: Float32Array, width: number) {
  const mean = Array.from({ length: width }, (_, c) => {
    let sum = 0;
    for (let i = 0; i < IMAGES; i++) sum += data[i * width + c]!;
    return sum / IMAGES;
  });
  const out = new Float64Array(IMAGES * IMAGES);
  for (let i = 0; i < IMAGES; i++)
    for (let j = 0; j < IMAGES; j++)
      for (let c = 0; c < width; c++)
        out[i * IMAGES + j]! += (data[i * width + c]! - mean[c]!) * (data[j * width + c]! - mean[c]!);
  return { rows: IMAGES, cols: IMAGES, data: out };
}

async function study(inputs: RepresentationModelInput[]) {
  const store = memoryStore();
  const { manifest } = await analyseRepresentations(inputs, [], { k: 2, pairFeatures: 1 << 20 }, store);
  return { store, manifest, section: manifest.instruments.representations! };
}

describe('layers of one vector an image', () => {
  const [a, b] = [made(7, 1), made(5, 2)];

  it('are compared by their inner products', async () => {
    const sources = [a, b].map((data, m) => memorySource(`v${m}.npy`, encodeNpy(data, [IMAGES, data.length / IMAGES])));
    const { store, manifest, section } = await study(sources.map((source) => ({ source })));
    const [first, second] = section.models.map(({ layers }) => layers[0]!);
    expect(first).toMatchObject({ name: 'array', positions: 1, channels: 7, layout: 'nd', extent: null });
    expect([first!.matches, first!.features, first!.approximation]).toEqual([null, null, []]);
    expect(first!.retrieval.map(({ by, kernel }) => [by, kernel])).toEqual([
      ['semantic', 'linear'],
      ['semantic', 'cosine'],
      ['semantic', 'rbf'],
    ]);
    const expected = gram(a, 7);
    for (const side of ['semantic', 'spatial'] as const) {
      const { data } = await readStudyMatrix(store, manifest, first!.matrices.linear![side]);
      data.forEach((value, k) => {
        expect(value).toBeCloseTo(expected.data[k]!, 4);
      });
    }
    const value = cka(expected, gram(b, 5)).value!;
    expect(section.comparison!.cka.semantic[0]![1]).toBeCloseTo(value, 6);
    expect(section.comparison!.cka.spatial[0]![1]).toBeCloseTo(value, 6);
    expect(second!.channels).toBe(5);
  });

  it('are read with the logits beside them, and the head is no layer', async () => {
    const source = memorySource(
      'pooled.safetensors',
      writeSafetensors({
        pooled: { shape: [IMAGES, 7], data: a },
        logits: { shape: [IMAGES, 3], data: made(3, 3) },
        'head.weight': { shape: [3, 7], data: made(7, 4, 3) },
      }),
    );
    const { store, manifest, section } = await study([{ source }]);
    const [{ layers, logits }] = section.models as [(typeof section.models)[number]];
    expect([layers.map(({ name }) => name), logits]).toEqual([['pooled'], 'logits']);
    expect(layers[0]!.outputSimilarity!.linear!.semantic).toEqual(layers[0]!.outputSimilarity!.linear!.spatial);
    const texts = (await findInStudy(readerOf(store, manifest), manifest, 'representations'))
      .map(({ text }) => text)
      .join(' ');
    expect(texts).not.toBe('');
    expect(texts).not.toMatch(/places/);
  });

  it('are read beside layers with positions where they are named', async () => {
    const tensors = {
      map: { shape: [IMAGES, 2, 3, 3], data: made(18, 5) },
      pooled: { shape: [IMAGES, 7], data: a },
      other: { shape: [IMAGES + 1, 7], data: made(7, 6, IMAGES + 1) },
    };
    const source = memorySource('both.safetensors', writeSafetensors(tensors));
    const names = async (layers?: string[]) =>
      (await study([{ source, ...(layers && { layers }) }])).section.models[0]!.layers.map(({ name }) => name);
    expect(await names()).toEqual(['map']);
    expect(await names(['pooled', 'map'])).toEqual(['pooled', 'map']);
    await expect(names(['other'])).rejects.toThrow('no layer "other"');
    await expect(study([{ source, layers: ['pooled'], layout: 'nhwc' }])).rejects.toThrow(
      'both.safetensors: pooled has shape 12×7, which is not nhwc.',
    );
  });

  it('are not what attention or shapes are', () => {
    const layer = { name: 'scores', op: 'Softmax', isOutput: false, shape: [1, 3, 9, 9, 2], kind: 'other' as const };
    const rest = { positions: 0, channels: 0, layout: null, extent: null, leadingTokens: null, layoutAssumed: false };
    const choose = () =>
      chooseLayers([{ ...layer, ...rest, isScore: false }], ['scores'], { depth: 1, logits: null, file: 'm.onnx' });
    expect(choose).toThrow('m.onnx: layer "scores" has shape 1×3×9×9×2, which is no representation of an image.');
  });

  it('of a model are read where they are named', async () => {
    const source = memorySource('tiny.onnx', tinyVisionModel(1));
    const pictures = Array.from({ length: 6 }, (_, i) => ({
      name: `${i}.png`,
      load: async () => madePicture(i % 3, i),
    }));
    const platform = { runtime: () => loadRuntime(), threads: 1 };
    const run = (layers: string[]) =>
      analyseRepresentations([{ source, layers }], pictures, {}, memoryStore(), platform);
    const { manifest } = await run(['vector']);
    const [layer] = manifest.instruments.representations!.models[0]!.layers;
    expect(layer).toMatchObject({ name: 'vector', positions: 1, layout: 'nd' });
  });

  it('leave a file refused that holds neither', async () => {
    const source = memorySource('one.npy', encodeNpy(made(3, 1), [IMAGES * 3]));
    const refused = study([{ source }]);
    await expect(refused).rejects.toThrow(UnsupportedError);
    await expect(refused).rejects.toThrow('one.npy: holds no features');
  });
});
