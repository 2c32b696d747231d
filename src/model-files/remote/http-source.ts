import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { SourceError, UsageError } from '../../base/errors.ts';
import { blockReader } from './block-reader.ts';
import { fileName, type HttpFile, MISSING, openHttpFile } from './http-file.ts';
import type { HttpOptions } from './http-request.ts';
import type { RangeCache } from './range-cache.ts';

export interface HttpSourceOptions extends HttpOptions {
  /** Keeps what was read for the next run. */
  cache?: RangeCache;
}

/** Bytes that the first request asks for: most headers fit, and the size of the file comes with them. */
const FIRST_BYTES = 64 * 1024;

/**
 * A file behind HTTP or HTTPS, read by Range: only the parts that a reader asks for travel. From a server without Range
 * the whole file is downloaded, and `onNote` told. Redirects are followed; 429, 5xx, broken connections and bodies cut
 * off are tried again, with growing pauses or as `Retry-After` says.
 * @throws UsageError when the address is none, SourceError when the file is not available, LimitError when it would have
 *   to come whole and is too large.
 */
export async function httpSource(address: string, options: HttpSourceOptions = {}): Promise<ByteSource> {
  const url = parseAddress(address);
  const source = await findHttpSource(url, options);
  if (source) return source;
  throw new SourceError(`${fileName(url)}: there is no such file at ${url.origin}${url.pathname} (404).`, {
    hint: 'Check the address in a browser.',
  });
}

/** What a source over HTTP may be told that its server does not say. */
export interface KnownFile {
  /** SHA-256 of the content, where it is known from elsewhere. */
  sha256?: string | undefined;
  /** How files beside it are found, where that is not by address alone. */
  sibling?: ByteSource['sibling'];
  /** Statuses that mean that there is no such file. */
  missing?: readonly number[];
}

/** As `httpSource`, but undefined when there is no such file. */
export async function findHttpSource(
  url: URL,
  options: HttpSourceOptions,
  known: KnownFile = {},
): Promise<ByteSource | undefined> {
  const file = await openHttpFile(url, FIRST_BYTES, options, known.missing);
  return file && sourceOf(file, options, known);
}

function sourceOf(file: HttpFile, options: HttpSourceOptions, known: KnownFile): ByteSource {
  const { url, byteLength } = file;
  const sha256 = known.sha256 ?? file.sha256;
  // A server may claim any hash: what it sends is kept for its own files alone.
  const content = sha256 ?? (file.etag === undefined ? undefined : `${url.href} ${file.etag}`);
  const key = content === undefined ? undefined : `${url.origin} ${content} ${byteLength}`;
  const { cache } = options;
  const fetchRange = async (start: number, end: number): Promise<Uint8Array> => {
    if (!cache || key === undefined) return file.fetchRange(start, end);
    const found = await cache.get(key, start, end);
    if (found) return found;
    const bytes = await file.fetchRange(start, end);
    await cache.put(key, start, bytes);
    return bytes;
  };
  return {
    name: fileName(url),
    byteLength,
    read: blockReader(byteLength, file.first, fetchRange),
    ...(known.sibling ? {} : { siblingsCost: true as const }),
    sibling: known.sibling ?? ((relativeName) => findSibling(url, relativeName, options)),
    sha256: async () => sha256,
    hashIsClaimed: true,
  };
}

/**
 * A file beside another, by its address. Storage servers answer 403 for what is not there, and some sites answer
 * everything with a page; both mean that there is none.
 */
async function findSibling(
  url: URL,
  relativeName: string,
  options: HttpSourceOptions,
): Promise<ByteSource | undefined> {
  const target = new URL(url);
  target.search = '';
  target.hash = '';
  target.pathname = url.pathname.replace(/[^/]*$/, encodePath(checkRelative(fileName(url), relativeName)));
  const file = await openHttpFile(target, FIRST_BYTES, options, [...MISSING, 401, 403]);
  return file && !file.mediaType.startsWith('text/html') ? sourceOf(file, options, {}) : undefined;
}

/** A relative name in plain form. @throws SourceError when it leads out of the folder. */
export function checkRelative(file: string, relativeName: string): string {
  const parts = relativeName.split('/').filter((part) => part !== '.');
  if (parts.length === 0 || /\\/.test(relativeName) || parts.some((part) => part === '' || part === '..'))
    throw new SourceError(`${file}: refers to ${relativeName}, outside its own folder.`);
  return parts.join('/');
}

/** A path with each part percent-encoded. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function parseAddress(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new UsageError(`${address}: is not an address.`, {
      cause,
      hint: 'Write it as https://host/path/model.safetensors.',
    });
  }
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${url.origin}${url.pathname}: an address with a user name in it is not fetched.`);
  if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  throw new UsageError(`${address}: files are fetched over https:// or http://, not ${url.protocol}//.`);
}
