import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { VERSION } from '../../base/version.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { contentHash } from '../../model-files/content-hash.ts';
import type { PlainOptions } from './option-table.ts';
import type { ConceptImageInput, ConceptModelInput } from './options.ts';

/** Hash of all that determines the result: models, images, options, tier and version. */
export async function hashConceptInputs(
  inputs: readonly ConceptModelInput[],
  images: readonly ConceptImageInput[],
  ids: readonly (string | null)[],
  options: PlainOptions,
  instrument: 'concepts' | 'atlas' = 'concepts',
): Promise<string> {
  const models = await Promise.all(
    inputs.map(async ({ source, wholes, randomNetwork, ...rest }) => ({
      ...rest,
      name: rest.name ?? source.name,
      content: await contentOf(source),
      wholes: wholes ? await contentOf(wholes) : null,
      randomNetwork: randomNetwork ? await contentOf(randomNetwork) : null,
    })),
  );
  return sha256Hex(
    canonicalJson({
      instrument,
      version: VERSION,
      tier: kernelTier(),
      models,
      images: images.map(({ name, label, heldOut, conceptGroup }, i) => [
        name,
        label ?? null,
        heldOut ?? false,
        conceptGroup ?? null,
        ids[i] ?? null,
      ]),
      options,
    }),
  );
}

async function contentOf(source: ByteSource): Promise<string> {
  return (await contentHash(source)) ?? `${source.name}:${source.byteLength}`;
}
