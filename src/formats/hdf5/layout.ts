import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import type { Cursor } from './cursor.ts';
import type { Hdf5File } from './hdf5-file.ts';

/** Where a dataset keeps its values. An address is undefined where nothing was written yet. */
export type Layout =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | undefined }
  /** Blocks of `chunk` elements along each axis, found by a B-tree. */
  | { readonly kind: 'chunked'; readonly address: number | undefined; readonly chunk: readonly number[] }
  /** One block for the whole dataset; `size` is its length in the file when filters changed it. */
  | { readonly kind: 'single chunk'; readonly address: number | undefined; readonly size: number | undefined };

/** Reads a data layout message, versions 1 to 4. */
export function readLayout(file: Hdf5File, what: string, content: Cursor): Layout {
  const version = content.u8();
  if (version === 1 || version === 2) return oldLayout(file, what, content);
  if (version !== 3 && version !== 4) throw unknown(file, what, `version ${version}`);
  const kind = content.u8();
  if (kind === 0) return { kind: 'compact', bytes: content.bytes(content.u16()) };
  if (kind === 1) return { kind: 'contiguous', address: content.address() };
  if (kind !== 2) throw unknown(file, what, kind === 3 ? 'virtual' : `of kind ${kind}`);
  if (version === 4) return newChunks(file, what, content);
  const rank = content.u8();
  const address = content.address();
  return { kind: 'chunked', address, chunk: chunkShape(file, what, content, rank, 4) };
}

function oldLayout(file: Hdf5File, what: string, content: Cursor): Layout {
  const rank = content.u8();
  const kind = content.u8();
  content.skip(5);
  const address = kind === 0 ? undefined : content.address();
  if (kind === 1) return { kind: 'contiguous', address };
  if (kind === 2) return { kind: 'chunked', address, chunk: chunkShape(file, what, content, rank, 4) };
  content.skip(4 * rank);
  return { kind: 'compact', bytes: content.bytes(content.u32()) };
}

function newChunks(file: Hdf5File, what: string, content: Cursor): Layout {
  const flags = content.u8();
  const rank = content.u8();
  const sizeBytes = content.u8();
  chunkShape(file, what, content, rank, sizeBytes);
  const index = content.u8();
  if (index !== 1) throw unknown(file, what, `in chunks with an index of kind ${index} (libver="latest")`);
  const size = flags & 2 ? content.length() : undefined;
  if (flags & 2) content.skip(4);
  return { kind: 'single chunk', address: content.address(), size };
}

/** The chunk's extents; the last one listed is the size of an element. */
function chunkShape(file: Hdf5File, what: string, content: Cursor, rank: number, sizeBytes: number): number[] {
  checkLimit(file.source.name, `the number of dimensions of ${what}`, rank - 1, TENSOR_LIMITS.dimensions);
  const shape = Array.from({ length: rank }, () => content.uint(sizeBytes)).slice(0, -1);
  if (shape.length === 0 || shape.some((d) => d === 0))
    throw new FormatError(`${file.source.name}: the chunks of ${what} have the shape [${shape.join(', ')}].`);
  return shape;
}

function unknown(file: Hdf5File, what: string, layout: string): UnsupportedError {
  return new UnsupportedError(`${file.source.name}: the values of ${what} are stored ${layout}, which is not read.`, {
    hint: 'Copy the file with h5repack --low=0 --layout=CONTI, or save it again with Keras.',
  });
}
