import { canonicalJson } from '../../base/canonical-json.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { VERSION } from '../../base/version.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { contentHash } from '../../model-files/content-hash.ts';
import { picturesKey } from '../common/collect-pictures.ts';
import { labelledPicturesKey } from '../common/labelled-pictures/options.ts';
import { settleClassOptions } from './option-table.ts';
import { type ClassesOptions, type ClassModelInput, DEFAULT_REFERENCES, type ReferenceRequest } from './options.ts';
import type { ReferenceFile } from './reference-file.ts';
import type { TemplatesRequest } from './templates/options.ts';

/** Everything that determines the result beside the files, as plain data for the manifest. */
export function plainOptions(options: ClassesOptions) {
  const { references = DEFAULT_REFERENCES } = options;
  return { references: references.map(referenceName), ...settleClassOptions(options) };
}

/** What determines templates: the pictures, as far as it is known without reading them, or the file of features. */
async function templatesKey(request: TemplatesRequest): Promise<unknown> {
  if (request.kind === 'images') return { kind: 'images', ...labelledPicturesKey(request) };
  const { kind, source, layer = null, features } = request;
  return { kind, source, layer, content: (await features.sha256()) ?? null };
}

function referenceName(request: ReferenceRequest): string {
  return request.kind === 'wordnet' ? `wordnet-${request.measure}` : request.file.name;
}

async function referenceHash({ bytes, ids }: ReferenceFile): Promise<string> {
  const hash = await sha256Hex(bytes);
  return ids ? `${hash} ${await sha256Hex(ids.bytes)}` : hash;
}

/** Hash of all that determines the result: the files' contents, what was said of them, options, tier and version. */
export async function hashInputs(inputs: readonly ClassModelInput[], options: ClassesOptions): Promise<string> {
  const models = await Promise.all(
    inputs.map(async ({ source, labels, head, weights, anchor, name, templates }) => ({
      name: name ?? source.name,
      content: (await contentHash(source)) ?? `${source.name}:${source.byteLength}`,
      labels,
      head,
      ...(weights === 'ema' && { weights }),
      ...(anchor !== undefined && { anchor }),
      ...(templates && { templates: await templatesKey(templates) }),
    })),
  );
  const files = await Promise.all(
    (options.references ?? DEFAULT_REFERENCES).map((request) =>
      request.kind === 'file' ? referenceHash(request.file) : request.measure,
    ),
  );
  const { population = null, pictures } = options;
  return sha256Hex(
    canonicalJson({
      instrument: 'classes',
      version: VERSION,
      tier: kernelTier(),
      models,
      files,
      options: plainOptions(options),
      population,
      ...(pictures && { pictures: await picturesKey(pictures) }),
    }),
  );
}
