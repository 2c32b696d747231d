import { LimitError, SourceError } from '../../base/errors.ts';
import type { Answer, HttpOptions } from './http-request.ts';

/** Bytes of a file that is downloaded whole because its server lacks Range. */
const MAX_WHOLE_BYTES = 2 ** 31;

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

/** Reads a body whole. `length` is what the server announced, where it did. */
export async function readWhole(
  answer: Answer,
  length: number | undefined,
  what: string,
  { onProgress }: HttpOptions,
): Promise<Uint8Array> {
  if (length !== undefined && length > MAX_WHOLE_BYTES) {
    answer.done();
    await answer.response.body?.cancel().catch(() => {});
    throw tooLarge(what, length);
  }
  const chunks: Uint8Array[] = [];
  let received = 0;
  await eachChunk(answer, (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received > MAX_WHOLE_BYTES) throw tooLarge(what, received);
    onProgress?.({
      task: `downloading ${what}`,
      done: received,
      ...(length === undefined ? {} : { total: length }),
      unit: 'bytes',
    });
  }).catch((error) => {
    throw error instanceof LimitError ? error : broken(received, error);
  });
  if (length !== undefined && received !== length) throw broken(received);
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function eachChunk(answer: Answer, use: (chunk: Uint8Array) => void): Promise<void> {
  const reader = answer.response.body?.getReader();
  try {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      answer.received();
      use(step.value);
    }
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw error;
  } finally {
    answer.done();
  }
}

function broken(received: number, cause?: unknown): BrokenBody {
  return { broken: true, received, cause };
}

function tooLarge(what: string, bytes: number): LimitError {
  return new LimitError(
    `${what}: has ${bytes} bytes or more, and its server sends it only whole; at most ${MAX_WHOLE_BYTES} are read so.`,
    { hint: 'Download the file and open it from the disk.' },
  );
}
