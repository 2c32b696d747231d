import { canonicalJson } from '../../canonical-json.ts';
import { kernelTier } from '../../kernels/wasm-kernel.ts';
import { contentHash } from '../../model-files/content-hash.ts';
import type { LongTask } from '../../progress.ts';
import { sha256Hex } from '../../sha256.ts';
import { VERSION } from '../../version.ts';
import type { ImageInput, RepresentationModelInput } from './options.ts';

/** SHA-256 of each picture's bytes, or of its pixels; null for one that cannot be read. */
export async function hashImages(images: readonly ImageInput[], task: LongTask = {}): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  for (const [i, image] of images.entries()) {
    task.signal?.throwIfAborted();
    const loaded = await image.load().catch(() => null);
    ids.push(loaded && (await sha256Hex(loaded instanceof Uint8Array ? loaded : loaded.data)));
    task.onProgress?.({ task: 'reading images', done: i + 1, total: images.length, unit: 'images' });
  }
  return ids;
}

/** Hash of all that determines the result: models, images, options, tier and version. */
export async function hashInputs(
  inputs: readonly RepresentationModelInput[],
  images: readonly ImageInput[],
  ids: readonly (string | null)[],
  options: Record<string, unknown>,
): Promise<string> {
  const models = await Promise.all(
    inputs.map(async ({ source, ...rest }) => ({
      ...rest,
      name: rest.name ?? source.name,
      content: (await contentHash(source)) ?? `${source.name}:${source.byteLength}`,
    })),
  );
  return sha256Hex(
    canonicalJson({
      instrument: 'representations',
      version: VERSION,
      tier: kernelTier(),
      models,
      images: images.map(({ name, label, group, counts }, i) => [name, label, group, counts, ids[i]]),
      options,
    }),
  );
}
