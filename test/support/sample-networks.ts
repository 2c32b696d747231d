import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage } from '#src/activations/images/decode-image.ts';
import { findImages } from '#src/activations/images/image-folder.ts';
import { parsePreprocessing } from '#src/activations/images/preprocess.ts';
import { extractFeatures, type LoadableImage } from '#src/activations/model/extract-features.ts';
import { probeModel, tapModel } from '#src/activations/model/vision-model.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { fileSource } from '#src/base/bytes/file-source.ts';
import type { Tensor } from '#src/tensor/tensor.ts';

/** The folder of the bundled samples. */
export const samples = fileURLToPath(new URL('../../samples/', import.meta.url));

export async function readJson(path: string) {
  return JSON.parse(await readFile(join(samples, path), 'utf8'));
}

/** The pictures of a folder of samples, with their labels. */
export async function pictures(path: string): Promise<(LoadableImage & { label: string })[]> {
  const { folder, samples: found } = await findImages(join(samples, path));
  return found.map(({ name, label }) => ({ name, label: label!, load: () => readFile(join(folder, name)) }));
}

/** Outputs of a bundled network on pictures, one row a picture. */
export async function runNetwork(
  path: string,
  images: readonly LoadableImage[],
  layers: readonly string[] = [],
  runtime = loadRuntime(),
): Promise<Map<string, Tensor[]>> {
  const source = await fileSource(join(samples, path));
  const beside = await (await source.sibling('preprocessor_config.json'))!;
  const config = JSON.parse(new TextDecoder().decode(await beside.read(0, beside.byteLength)));
  const loaded = await runtime;
  const preprocessing = parsePreprocessing(config)!;
  const model = await tapModel(await probeModel({ source, preprocessing }, { runtime: async () => loaded }), layers);
  const rows = new Map<string, Tensor[]>();
  await extractFeatures(
    model,
    images,
    ({ outputs }) => {
      for (const [name, tensor] of outputs) {
        const each = tensor.data.length / tensor.shape[0]!;
        for (let i = 0; i < tensor.shape[0]!; i++) {
          const row = { ...tensor, shape: tensor.shape.slice(1), data: tensor.data.slice(i * each, (i + 1) * each) };
          rows.set(name, [...(rows.get(name) ?? []), row as Tensor]);
        }
      }
    },
    { decode: decodeImage, outputs: ['logits', ...layers] },
  );
  await model.session.close();
  return rows;
}

/** The place of the largest value. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
