import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { findImages } from '#src/activations/images/image-folder.ts';
import { defaultPreprocessing } from '#src/activations/images/preprocess.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { analyseRepresentations } from '#src/analyses/representations/analyse-representations.ts';
import type { ImageInput } from '#src/analyses/representations/options.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import type { Centring } from '#src/measures/representations/comparison/centring.ts';
import { readStudyMatrix } from '#src/study/read-study.ts';
import type { RepresentationsSection } from '#src/study/representations-section.ts';
import { memoryStore } from '#src/study/store.ts';
import { hasSharedData, sharedData } from '../../support/shared-data.ts';

type Figures = Record<'none' | 'optimal', { pearson: number; spearman: number; mean: number }>;
type Golden = Record<
  string,
  { results: Record<Centring, { linear: Figures; cosine: Figures; rbf: Figures; ckaOptimalNoneLinear: number }> }
>;

describe.skipIf(!hasSharedData)('300 real images through our CNN and ViT', () => {
  const folder = `${sharedData}/images/tiny-imagenet-100-val`;
  let images: ImageInput[];
  let golden: Golden;
  beforeAll(async () => {
    const { samples } = await findImages(folder);
    images = samples
      .filter(({ name }) => /\/0[012]\.png$/.test(name))
      .map((sample) => ({ ...sample, load: async () => new Uint8Array(await readFile(join(folder, sample.name))) }));
    golden = JSON.parse(
      await readFile(new URL('../../golden/representations-real.json', import.meta.url), 'utf8'),
    ).models;
  });

  it.each([
    ['cnn', 'none'],
    ['cnn', 'channel'],
    ['cnn', 'position'],
    ['vit', 'position'],
  ] as const)('give the golden figures of %s, centring %s, to 1e-3', { timeout: 120_000 }, async (name, centring) => {
    const store = memoryStore();
    const input = {
      source: await fileSource(`${sharedData}/models/tiny-imagenet-100/${name}.onnx`),
      preprocessing: {
        ...defaultPreprocessing(32),
        mean: [0.48, 0.448, 0.398] as const,
        std: [0.277, 0.269, 0.282] as const,
      },
    };
    const { manifest } = await analyseRepresentations(
      [input],
      images,
      { centring, approximationPairs: 0, matches: false },
      store,
      { runtime: () => loadRuntime(), decode: decodeImage, threads: 1 },
    );
    const section: RepresentationsSection = manifest.instruments.representations!;
    const [layer] = section.models[0]!.layers;
    const expected = golden[`tiny-imagenet-100/${name}`]!.results[centring];
    const near = (found: number | null, value: number) =>
      expect(Math.abs(found! - value)).toBeLessThan(1e-3 * Math.max(1, Math.abs(value)));
    for (const kernel of ['linear', 'cosine', 'rbf'] as const)
      for (const [side, matching] of [
        ['semantic', 'optimal'],
        ['spatial', 'none'],
      ] as const) {
        const figures = expected[kernel][matching];
        const correlation = layer!.outputSimilarity![kernel]![side];
        near(correlation.pearson, figures.pearson);
        near(correlation.spearman, figures.spearman);
        const { data, rows } = await readStudyMatrix(store, manifest, layer!.matrices[kernel]![side]);
        let sum = 0;
        for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) sum += data[i * rows + j]!;
        near(sum / ((rows * (rows - 1)) / 2), figures.mean);
      }
    near(layer!.semanticSpatialCka.biased, expected.ckaOptimalNoneLinear);
  });
});
