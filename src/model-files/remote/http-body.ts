import { LimitError, SourceError } from '../../base/errors.ts';
import { INFLATE_LIMITS } from '../../formats/zip/inflate.ts';
import type { Answer, HttpOptions } from './http-request.ts';

/** Bytes of what is downloaded whole because its server lacks Range. */
const MAX_WHOLE_BYTES = 2 ** 31;
/** The same where the server does not even say how many there will be: it may go on for ever. */
const MAX_UNKNOWN_BYTES = 2 ** 28;

/** Thrown when a body ended or broke before all of it had come; `received` bytes did. May be tried again. */
export interface BrokenBody {
  broken: true;
  received: number;
  cause?: unknown;
}

export function isBrokenBody(value: unknown): value is BrokenBody {
  return (value as BrokenBody | null)?.broken === true;
}

/**
 * Reads a body into `out` from `offset` on. Rejects with BrokenBody when less comes than fits, and with SourceError when
 * more does: then the server means something else than was asked.
 */
export async function readInto(
  answer: Answer,
  out: Uint8Array,
  offset: number,
  what: string,
  onBytes: (received: number) => void,
): Promise<void> {
  if (isCompressed(answer.response.headers)) {
    answer.done();
    await answer.response.body?.cancel().catch(() => {});
    throw new SourceError(`${what}: the server sends a part of the file compressed, where its bytes were asked for.`);
  }
  let filled = offset;
  await eachChunk(answer, (chunk) => {
    if (filled + chunk.length > out.length)
      throw new SourceError(`${what}: the server sent more than the ${out.length - offset} bytes that it announced.`);
    out.set(chunk, filled);
    filled += chunk.length;
    onBytes(filled);
  }).catch((error) => {
    throw error instanceof SourceError ? error : broken(filled, error);
  });
  if (filled < out.length) throw broken(filled);
}

/**
 * Reads a body whole. Memory grows with what comes, whatever was announced: a body of known length goes into one piece
 * of memory of that size, others have lower bounds; a compressed one may be no more than `INFLATE_LIMITS.ratio` times as
 * long as what travelled, as in zip archives.
 *
 * @throws LimitError when it is, or was announced to be, too large; BrokenBody when it ends early.
 */
export async function readWhole(answer: Answer, what: string, { onProgress }: HttpOptions): Promise<Uint8Array> {
  const { length, most, why } = bodyBounds(answer.response);
  if (length !== undefined && length > most) {
    answer.done();
    await answer.response.body?.cancel().catch(() => {});
    throw tooLarge(what, length, most, why);
  }
  const whole = length === undefined ? undefined : new Uint8Array(length);
  const chunks: Uint8Array[] = [];
  let received = 0;
  await eachChunk(answer, (chunk) => {
    if (received + chunk.length > (length ?? most)) throw tooLarge(what, received + chunk.length, length ?? most, why);
    if (whole) whole.set(chunk, received);
    else chunks.push(chunk);
    received += chunk.length;
    onProgress?.({
      task: `downloading ${what}`,
      done: received,
      ...(length === undefined ? {} : { total: length }),
      unit: 'bytes',
    });
  }).catch((error) => {
    throw error instanceof LimitError ? error : broken(received, error);
  });
  if (whole && received !== whole.length) throw broken(received);
  return whole ?? joined(chunks, received);
}

interface BodyBounds {
  /** Bytes of the body once it is unpacked, where that was announced. */
  length: number | undefined;
  most: number;
  /** Why no more are read. */
  why: string;
}

function bodyBounds({ headers }: Response): BodyBounds {
  const announced = headers.get('content-length');
  const sent = announced === null ? undefined : Number(announced);
  if (isCompressed(headers)) {
    const { ratio, ratioFreeBytes } = INFLATE_LIMITS;
    const most = Math.min(MAX_UNKNOWN_BYTES, Math.max(ratioFreeBytes, (sent ?? 0) * ratio));
    const why = sent === undefined ? 'of unknown length' : `of ${sent} bytes`;
    return { length: undefined, most, why: `its server sends it compressed, as a body ${why}` };
  }
  if (sent !== undefined) return { length: sent, most: MAX_WHOLE_BYTES, why: 'its server sends it only whole' };
  return {
    length: undefined,
    most: MAX_UNKNOWN_BYTES,
    why: 'its server sends it only whole and does not say its length',
  };
}

/** Whether a body travels in another form than that of the file. */
export function isCompressed(headers: Headers): boolean {
  return !/^(identity)?$/i.test(headers.get('content-encoding')?.trim() ?? '');
}

async function eachChunk(answer: Answer, use: (chunk: Uint8Array) => void): Promise<void> {
  const reader = answer.response.body?.getReader();
  const { signal } = answer;
  let stop: (() => void) | undefined;
  // A body whose compression is broken neither ends nor fails in Node, not even when its request is aborted.
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  stopped.catch(() => {});
  const next = () => Promise.race([reader?.read(), stopped]);
  try {
    signal.throwIfAborted();
    for (let step = await next(); step && !step.done; step = await next()) {
      answer.received(step.value.length);
      use(step.value);
    }
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', stop!);
    answer.done();
  }
}

function broken(received: number, cause?: unknown): BrokenBody {
  return { broken: true, received, cause };
}

function tooLarge(what: string, bytes: number, most: number, why: string): LimitError {
  return new LimitError(`${what}: has ${bytes} bytes or more, and ${why}; at most ${most} are read so.`, {
    hint: 'Download the file and open it from the disk.',
  });
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
