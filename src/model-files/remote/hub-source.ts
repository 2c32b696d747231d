import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { FormatError, SourceError } from '../../base/errors.ts';
import { HUB_NAMES } from '../model-formats.ts';
import { isBrokenBody, readWhole } from './http-body.ts';
import { discard, refusal } from './http-file.ts';
import { type Answer, get, retries } from './http-request.ts';
import { checkRelative, encodePath, findHttpSource, type HttpSourceOptions } from './http-source.ts';
import { type HubReference, parseHubReference } from './hub-reference.ts';

/** The hub that is asked when HF_ENDPOINT names no other. */
export const HUB_ENDPOINT = 'https://huggingface.co';

export interface HubOptions extends HttpSourceOptions {
  /** Address of the hub or of a mirror. */
  endpoint?: string;
}

/** A file of a repository, as the hub lists it. */
export interface HubFile {
  path: string;
  size: number;
  /** SHA-256 of the content; only large files have one. */
  sha256: string | undefined;
}

/** Listings of repositories with more files than this are not read to their end. */
const MAX_PAGES = 50;

/** Weights of something else that lie beside the model's own. */
const NOT_A_MODEL = /(^|\/)(optimizer|scheduler|training_args|rng_state|adapter_model|.*-of-\d{5})\b/;

/**
 * Opens a model on the hub. Without a file in the reference, the repository's model file is chosen, safetensors before
 * PyTorch, ONNX and Keras; `onNote` is told which. config.json, preprocessor_config.json and shards come from `sibling`.
 * @throws UsageError on a reference of another form, SourceError when the repository, revision or file is not there or
 *   needs a token, or when it holds no model or several.
 */
export async function hubSource(reference: string, options: HubOptions = {}): Promise<ByteSource> {
  const parsed = parseHubReference(reference);
  const files = await listHubFiles(parsed, options);
  const chosen = parsed.file === undefined ? chooseModelFile(files, reference) : parsed.file;
  if (parsed.file === undefined) options.onNote?.(`${reference}: ${chosen} is read.`);
  const source = await openHubFile(parsed, chosen, files, options);
  if (source) return source;
  throw new SourceError(`${reference}: there is no file ${chosen} in revision ${parsed.revision}.`, {
    hint: `Files there: ${listing(files.map((file) => file.path))}.`,
  });
}

/** The files of a repository at a revision. @throws SourceError when it is not there or needs a token. */
async function listHubFiles(reference: HubReference, options: HubOptions = {}): Promise<HubFile[]> {
  const { repository, revision } = reference;
  const files: HubFile[] = [];
  const start = `${endpointOf(options)}/api/models/${repository}/tree/${encodeURIComponent(revision)}?recursive=true`;
  let next: URL | undefined = new URL(start);
  for (let page = 0; next && page < MAX_PAGES; page++) {
    const { entries, following }: { entries: unknown[]; following: string | undefined } = await fetchPage(
      `hf:${repository}`,
      next,
      options,
    );
    for (const entry of entries) {
      const { type, path, size, lfs } = (entry ?? {}) as {
        type?: unknown;
        path?: unknown;
        size?: unknown;
        lfs?: { oid?: unknown };
      };
      if (type !== 'file' || typeof path !== 'string') continue;
      const oid = typeof lfs?.oid === 'string' ? lfs.oid.replace(/^sha256:/, '') : undefined;
      files.push({ path, size: Number(size) || 0, sha256: oid && /^[0-9a-f]{64}$/.test(oid) ? oid : undefined });
    }
    const follow: URL | undefined = following === undefined ? undefined : new URL(following, next);
    next = follow?.origin === next.origin ? follow : undefined;
  }
  return files;
}

async function fetchPage(
  what: string,
  url: URL,
  options: HubOptions,
): Promise<{ entries: unknown[]; following: string | undefined }> {
  const left = retries(what, options);
  for (;;) {
    const answer = await get(url, { Accept: 'application/json' }, left, options);
    const { response } = answer;
    if (!response.ok) throw await missingOrRefused(what, answer);
    try {
      const bytes = await readWhole(answer, what, {});
      const entries: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (!Array.isArray(entries)) throw new SyntaxError('not an array');
      return { entries, following: /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1] };
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new FormatError(`${what}: the hub at ${url.host} did not answer with a list of files.`, {
          cause: error,
          hint: 'Check HF_ENDPOINT.',
        });
      if (!isBrokenBody(error)) throw error;
      await left.wait('the hub cut its list of files off', { cause: error.cause });
    }
  }
}

/** The hub answers 401 for what does not exist as well as for what is private, and says which in a header. */
async function missingOrRefused(what: string, answer: Answer): Promise<SourceError> {
  const { status, headers } = answer.response;
  if (status !== 404) return refusal(what, answer);
  await discard(answer);
  const said = headers.get('x-error-message')?.replace(/\.$/, '');
  return new SourceError(`${what}: not on the hub${said ? ` (${said})` : ''} (404).`, {
    hint: 'Check owner, name and revision; a private model needs HF_TOKEN.',
  });
}

async function openHubFile(
  reference: HubReference,
  path: string,
  files: readonly HubFile[],
  options: HubOptions,
): Promise<ByteSource | undefined> {
  const listed = files.find((file) => file.path === path);
  if (!listed) return undefined;
  const { repository, revision } = reference;
  const url = new URL(
    `${endpointOf(options)}/${repository}/resolve/${encodeURIComponent(revision)}/${encodePath(path)}`,
  );
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return findHttpSource(url, options, {
    sha256: listed.sha256,
    // Looked up in the list, so that what is not there costs no request. Configurations of onnx/model.onnx lie above it.
    sibling: async (relativeName) => {
      const name = checkRelative(path, relativeName);
      const found = [folder + name, ...(name.endsWith('.json') ? [name] : [])].find((candidate) =>
        files.some((file) => file.path === candidate),
      );
      return found === undefined ? undefined : openHubFile(reference, found, files, options);
    },
  });
}

/**
 * The file of a repository that holds its model.
 * @throws SourceError when there is none, or several that are equally good.
 */
export function chooseModelFile(files: readonly HubFile[], reference: string): string {
  const paths = files.map((file) => file.path).filter((path) => !NOT_A_MODEL.test(path));
  for (const pattern of HUB_NAMES) {
    const found = paths.filter((path) => pattern.test(path));
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new SourceError(`${reference}: holds several models: ${listing(found)}.`, {
        hint: `Name one: ${reference}:${found[0]}.`,
      });
  }
  throw new SourceError(`${reference}: holds no model file that Semblance reads.`, {
    hint: `Files there: ${listing(files.map((file) => file.path))}.`,
  });
}

function endpointOf({ endpoint = HUB_ENDPOINT }: HubOptions): string {
  return endpoint.replace(/\/+$/, '');
}

function listing(paths: readonly string[]): string {
  const shown = paths.slice(0, 12).join(', ');
  return paths.length > 12 ? `${shown} and ${paths.length - 12} more` : shown || 'none';
}
