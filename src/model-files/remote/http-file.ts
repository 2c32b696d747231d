import { LimitError, SourceError } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import { isBrokenBody, isCompressed, readInto, readWhole } from './http-body.ts';
import { type Answer, get, type HttpOptions, type Retries, retries, statusText } from './http-request.ts';

/** A remote file as its server described it in the first answer. */
export interface HttpFile {
  readonly url: URL;
  readonly byteLength: number;
  /** Tells two states of the file apart: its ETag, where the server has a strong one. */
  readonly etag: string | undefined;
  /** SHA-256 of the content, where the server says it (the hub's ETag of a large file is that). */
  readonly sha256: string | undefined;
  readonly mediaType: string;
  /** The first bytes, or all of them from a server without Range. */
  readonly first: Uint8Array;
  /** Bytes [start, end), asked for by Range. @throws SourceError when they are not available. */
  fetchRange(start: number, end: number): Promise<Uint8Array>;
}

/** Bytes of one read. */
const MAX_READ_BYTES = 2 ** 32;

/** Statuses that say that there is no such file. */
export const MISSING: readonly number[] = [404, 410];

/**
 * Asks for the first `firstBytes` of a file and learns its size on the way. Resolves with undefined when the server says
 * that there is no such file, by one of the statuses `missing`.
 * @throws SourceError when the file is not available, LimitError when it would have to come whole and is too large.
 */
export async function openHttpFile(
  url: URL,
  firstBytes: number,
  options: HttpOptions,
  missing: readonly number[] = MISSING,
): Promise<HttpFile | undefined> {
  const name = fileName(url);
  const left = retries(name, options);
  for (;;) {
    const answer = await get(url, { Range: `bytes=0-${firstBytes - 1}` }, left, options);
    const { response } = answer;
    const range = contentRange(response);
    try {
      if (missing.includes(response.status)) {
        await discard(answer);
        return undefined;
      }
      if (response.status === 416 && range?.total === 0) {
        await discard(answer);
        return describe(url, answer, 0, new Uint8Array(0), options);
      }
      if (response.status === 206 && range?.start === 0 && range.total !== undefined) {
        const first = new Uint8Array(Math.min(range.end, firstBytes));
        await readInto(answer, first, 0, name, () => {});
        return describe(url, answer, range.total, first, options);
      }
      if (response.status !== 200 && response.status !== 206) throw await refusal(name, answer);
      return await openWhole(url, answer, left, options);
    } catch (error) {
      if (!isBrokenBody(error)) throw error;
      await left.wait(`the server cut its answer off after ${error.received} bytes`, { cause: error.cause });
    }
  }
}

/** A server that sends the file only whole: then it is downloaded whole, and said so. */
async function openWhole(url: URL, partial: Answer, left: Retries, options: HttpOptions): Promise<HttpFile> {
  const name = fileName(url);
  let answer = partial;
  if (partial.response.status === 206) {
    // It sent a part without saying of how much.
    await discard(partial);
    answer = await get(url, {}, left, options);
    if (answer.response.status !== 200) throw await refusal(name, answer);
  }
  const { headers } = answer.response;
  const announced = isCompressed(headers) ? null : headers.get('content-length');
  const length = announced === null ? undefined : Number(announced);
  const size = length === undefined ? '' : `, ${(length / 1e6).toFixed(1)} MB`;
  options.onNote?.(`${url.host} does not send parts of files (no Range): all of ${name} is downloaded${size}.`);
  const bytes = await readWhole(answer, name, options);
  return describe(url, answer, bytes.length, bytes, options);
}

function describe(url: URL, answer: Answer, byteLength: number, first: Uint8Array, options: HttpOptions): HttpFile {
  const name = fileName(url);
  const opened = answer.response;
  const etag = strongTag(opened.headers.get('etag'));
  const linked = strongTag(opened.headers.get('x-linked-etag'));
  // Redirects lead to a storage server by an address that is good for a while; it is used until it is refused.
  let current = answer.url;

  /** The answer for [from, end) with its checked extent; undefined when the storage address has to be asked for anew. */
  const ask = async (
    from: number,
    end: number,
    left: Retries,
  ): Promise<{ answer: Answer; upTo: number } | undefined> => {
    const answer = await get(current, { Range: `bytes=${from}-${end - 1}` }, left, options);
    const { response } = answer;
    if (response.status >= 400 && current.href !== url.href) {
      await discard(answer);
      current = url;
      return undefined;
    }
    current = answer.url;
    if (response.status !== 206 && response.status !== 200) throw await refusal(name, answer);
    const range = contentRange(response);
    const tag = strongTag(response.headers.get('etag'));
    if (response.status === 200 || range?.total !== byteLength || (etag && tag && tag !== etag)) {
      await discard(answer);
      throw new SourceError(`${name}: changed on the server while it was read.`, { hint: 'Run the command again.' });
    }
    if (range.start !== from || range.end > end || range.end <= from) {
      await discard(answer);
      throw new SourceError(
        `${name}: the server answered with bytes ${range.start} to ${range.end}, where ${from} to ${end} were asked for.`,
      );
    }
    return { answer, upTo: range.end };
  };

  const fetchRange = async (start: number, end: number): Promise<Uint8Array> => {
    if (end - start > MAX_READ_BYTES)
      throw new LimitError(
        `${name}: ${end - start} bytes are asked for in one piece; at most ${MAX_READ_BYTES} are fetched so.`,
        { hint: 'Download the file and open it from the disk.' },
      );
    // Memory of this size is taken from the system only as bytes come.
    const out = new Uint8Array(end - start);
    const left = retries(name, options);
    const report = (done: number): void =>
      options.onProgress?.({ task: `downloading ${name}`, done, total: out.length, unit: 'bytes' });
    let filled = 0;
    while (filled < out.length) {
      const part = await ask(start + filled, end, left);
      if (!part) continue;
      const goal = part.upTo - start;
      try {
        await readInto(part.answer, out.subarray(0, goal), filled, name, report);
        filled = goal;
      } catch (error) {
        if (!isBrokenBody(error)) throw error;
        // What came is kept; the next try asks for the rest.
        filled = error.received;
        await left.wait(`the server cut its answer off at byte ${start + filled}`, { cause: error.cause });
      }
    }
    return out;
  };
  const mediaType = opened.headers.get('content-type') ?? '';
  return { url, byteLength, etag, sha256: [linked, etag].find(isSha256), mediaType, first, fetchRange };
}

/** Why a server refused, in its own words where it gives some. */
export async function refusal(name: string, answer: Answer): Promise<SourceError> {
  const { response } = answer;
  await discard(answer);
  const said = response.headers.get('x-error-message');
  const message = `${name}: the server at ${answer.url.host} answers ${statusText(response)}${said ? ` (${said.replace(/\.$/, '')})` : ''}.`;
  const wantsToken = response.status === 401 || response.status === 403;
  return new SourceError(
    message,
    wantsToken
      ? { hint: 'It may be private, gated or misspelt. For the hub, set HF_TOKEN to an access token that may read it.' }
      : {},
  );
}

/** Ends an answer whose body is not wanted. */
export async function discard(answer: Answer): Promise<void> {
  answer.done();
  await answer.response.body?.cancel().catch(() => {});
}

/** "bytes 0-99/1000" as { start, end (exclusive), total }. */
function contentRange(response: Response): { start: number; end: number; total: number | undefined } | undefined {
  const header = response.headers.get('content-range') ?? '';
  const empty = /^bytes \*\/(\d+)$/.exec(header);
  if (empty) return { start: 0, end: 0, total: Number(empty[1]) };
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header);
  if (!match) return undefined;
  const [start, end, total] = [Number(match[1]), Number(match[2]) + 1, match[3] === '*' ? undefined : Number(match[3])];
  // No file has a size beyond what a number holds, nor a part beyond its end.
  if (!Number.isSafeInteger(total ?? 0) || !Number.isSafeInteger(end) || end > (total ?? end)) return undefined;
  return { start, end, total };
}

/** A tag without its quotes; undefined for a weak one, which does not promise the same bytes. */
function strongTag(header: string | null): string | undefined {
  return /^"(.+)"$/.exec(header ?? '')?.[1];
}

function isSha256(tag: string | undefined): boolean {
  return tag !== undefined && /^[0-9a-f]{64}$/.test(tag);
}

/** The last part of an address's path, for messages. */
export function fileName(url: URL): string {
  const last = url.pathname.split('/').filter(Boolean).at(-1) ?? url.host;
  try {
    return oneLine(decodeURIComponent(last));
  } catch {
    return last;
  }
}
