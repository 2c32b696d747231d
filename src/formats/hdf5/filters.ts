import { unzlibSync } from 'fflate';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { Cursor } from './cursor.ts';

/** A step that chunks went through when they were written; undone in the opposite order. */
export interface Filter {
  readonly id: number;
  /** The place of the step, which is its bit in a chunk's mask of steps left out. */
  readonly index: number;
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;

/** Reads a filter pipeline message, versions 1 and 2. */
export function readFilters(content: Cursor): Filter[] {
  const version = content.u8();
  const count = content.u8();
  if (version === 1) content.skip(6);
  return Array.from({ length: count }, (_, index) => {
    const id = content.u16();
    const nameBytes = version === 1 || id >= 256 ? content.u16() : 0;
    content.skip(2);
    const values = content.u16();
    content.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    content.skip(4 * (version === 1 ? values + (values % 2) : values));
    return { id, index };
  });
}

/**
 * Undoes the filters of a chunk, which has `size` bytes when it is plain.
 * @throws UnsupportedError for filters other than deflate, shuffle and Fletcher-32 (whose sum is not checked).
 */
export function unfilter(
  what: string,
  bytes: Uint8Array,
  filters: readonly Filter[],
  leftOut: number,
  size: number,
  elementBytes: number,
): Uint8Array {
  let plain = bytes;
  for (const { id, index } of filters.toReversed()) {
    if ((leftOut >>> index) & 1) continue;
    if (id === FLETCHER32) plain = plain.subarray(0, Math.max(0, plain.length - 4));
    else if (id === DEFLATE) plain = inflate(what, plain, size);
    else if (id === SHUFFLE) plain = unshuffle(plain, elementBytes);
    else
      throw new UnsupportedError(
        `${what} is compressed by HDF5 filter ${id}; deflate (1), shuffle (2) and Fletcher-32 (3) are read.`,
      );
  }
  if (plain.length !== size)
    throw new FormatError(`${what} has a chunk of ${plain.length} bytes, where ${size} are needed.`);
  return plain;
}

function inflate(what: string, bytes: Uint8Array, size: number): Uint8Array {
  try {
    // The output cannot grow beyond what the chunk needs; a Fletcher-32 sum would be outside of it.
    return unzlibSync(bytes, { out: new Uint8Array(size) });
  } catch (cause) {
    throw new FormatError(`${what} has a chunk whose deflated data is broken (${(cause as Error).message}).`, {
      cause,
    });
  }
}

/** Shuffled data has the first bytes of all elements, then the second bytes, and so on. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const out = bytes.slice();
  for (let b = 0; b < elementBytes; b++)
    for (let i = 0; i < count; i++) out[i * elementBytes + b] = bytes[b * count + i]!;
  return out;
}
