import { canonicalJson } from '../../base/canonical-json.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { VERSION } from '../../base/version.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { contentHash } from '../../model-files/content-hash.ts';
import type { ImageInput, RepresentationModelInput } from './options.ts';

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
