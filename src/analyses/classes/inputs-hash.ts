import { canonicalJson } from '../../canonical-json.ts';
import { kernelTier } from '../../kernels/wasm-kernel.ts';
import { contentHash } from '../../model-files/content-hash.ts';
import { sha256Hex } from '../../sha256.ts';
import { VERSION } from '../../version.ts';
import { type ClassesOptions, type ClassModelInput, DEFAULT_REFERENCES, type ReferenceRequest } from './options.ts';

/** Everything that determines the result beside the files, as plain data for the manifest. */
export function plainOptions(options: ClassesOptions) {
  const {
    references = DEFAULT_REFERENCES,
    shared = false,
    seed = 0,
    permutations = 20,
    strict = true,
    bootstrap = 0,
    mantel = 0,
  } = options;
  return { references: references.map(referenceName), shared, seed, permutations, bootstrap, mantel, strict };
}

function referenceName(request: ReferenceRequest): string {
  return request.kind === 'wordnet' ? `wordnet-${request.measure}` : request.file.name;
}

/** Hash of all that determines the result: the files' contents, what was said of them, options, tier and version. */
export async function hashInputs(inputs: readonly ClassModelInput[], options: ClassesOptions): Promise<string> {
  const models = await Promise.all(
    inputs.map(async ({ source, labels, head, name }) => ({
      name: name ?? source.name,
      content: (await contentHash(source)) ?? `${source.name}:${source.byteLength}`,
      labels,
      head,
    })),
  );
  const files = await Promise.all(
    (options.references ?? DEFAULT_REFERENCES).map((request) =>
      request.kind === 'file' ? sha256Hex(request.file.bytes) : request.measure,
    ),
  );
  const { population = null } = options;
  return sha256Hex(
    canonicalJson({
      instrument: 'classes',
      version: VERSION,
      tier: kernelTier(),
      models,
      files,
      options: plainOptions(options),
      population,
    }),
  );
}
