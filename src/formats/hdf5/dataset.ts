import { printable } from '../../base/bytes/printable.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { type DType, decodeFloats } from '../../tensor/dtype.ts';
import { rowMajorStrides } from '../../tensor/strided.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { INFLATE_LIMITS } from '../zip/inflate.ts';
import { type ElementType, readElementType, readShape } from './element-type.ts';
import { type Filter, readFilters, unfilter } from './filters.ts';
import { type Hdf5File, readAt } from './hdf5-file.ts';
import { type Layout, readLayout } from './layout.ts';
import { type HeaderMessage, MESSAGE } from './object-header.ts';
import { treeLeaves } from './tree.ts';

/** Deflate cannot make more than this of one byte. */
const BEST_RATIO = 1032;

type NumberType = Extract<ElementType, { kind: 'number' }>;

/**
 * Describes a dataset of numbers as a tensor; undefined for datasets of texts and others, and of types that are kept
 * elsewhere in the file.
 */
export function datasetEntry(
  file: Hdf5File,
  name: string,
  messages: readonly HeaderMessage[],
): TensorEntry | undefined {
  const find = (type: number) => messages.find((message) => message.type === type && !message.shared);
  const typeMessage = find(MESSAGE.datatype);
  const shapeMessage = find(MESSAGE.dataspace);
  const layoutMessage = find(MESSAGE.layout);
  const type = typeMessage && readElementType(typeMessage.content());
  const shape = shapeMessage && readShape(shapeMessage.content());
  if (type?.kind !== 'number' || !shape || !layoutMessage) return undefined;
  const what = `tensor ${printable(name)}`;
  const count = checkShape(file.source.name, what, shape);
  const bytes = count * type.bytes;
  if (bytes > file.source.byteLength * BEST_RATIO)
    throw new FormatError(
      `${file.source.name}: ${what} (${type.dtype} ${formatShape(shape)}) needs ${bytes} bytes, more than a file of ${file.source.byteLength} bytes can hold.`,
    );
  const filterMessage = find(MESSAGE.filters);
  const isBomb = bytes > INFLATE_LIMITS.ratioFreeBytes && bytes > file.source.byteLength * INFLATE_LIMITS.ratio;
  return {
    name,
    dtype: type.dtype,
    shape,
    read: async () => {
      if (isBomb)
        throw new LimitError(
          `${file.source.name}: ${what} (${type.dtype} ${formatShape(shape)}) needs ${bytes} bytes, more than ${INFLATE_LIMITS.ratio} times those of the file.`,
          { hint: 'This is how a decompression bomb looks. If the file is yours, save it uncompressed.' },
        );
      const layout = readLayout(file, what, layoutMessage.content());
      const filters = filterMessage ? readFilters(filterMessage.content()) : [];
      const raw = await readBytes(file, what, { type, shape, bytes, layout, filters });
      return { shape, data: decode(raw, type) };
    },
  };
}

interface Stored {
  type: NumberType;
  shape: readonly number[];
  bytes: number;
  layout: Layout;
  filters: readonly Filter[];
}

async function readBytes(file: Hdf5File, what: string, stored: Stored): Promise<Uint8Array> {
  const { layout, bytes, type, filters } = stored;
  const name = `${file.source.name}: ${what}`;
  if (layout.kind === 'compact') {
    if (layout.bytes.length !== bytes)
      throw new FormatError(`${name} needs ${bytes} bytes, but the file gives it ${layout.bytes.length}.`);
    return layout.bytes;
  }
  if (bytes === 0) return new Uint8Array();
  if (layout.address === undefined) throw new FormatError(`${name} has a shape, but its values were never written.`);
  if (layout.kind === 'chunked') return readChunks(file, what, stored, layout.address, layout.chunk);
  const size = layout.kind === 'single chunk' ? (layout.size ?? bytes) : bytes;
  const raw = (await readAt(file, what, layout.address, size)).bytes(size);
  return layout.kind === 'single chunk' ? unfilter(name, raw, filters, 0, bytes, type.bytes) : raw;
}

async function readChunks(
  file: Hdf5File,
  what: string,
  { type, shape, bytes, filters }: Stored,
  tree: number,
  chunk: readonly number[],
): Promise<Uint8Array> {
  const name = `${file.source.name}: ${what}`;
  if (chunk.length !== shape.length)
    throw new FormatError(`${name} has the shape ${formatShape(shape)}, but chunks of ${chunk.length} dimensions.`);
  const chunkBytes = checkShape(file.source.name, `a chunk of ${what}`, chunk) * type.bytes;
  if (chunkBytes > file.source.byteLength * BEST_RATIO)
    throw new FormatError(
      `${name} has chunks of ${chunkBytes} bytes, more than a file of ${file.source.byteLength} bytes can hold.`,
    );
  const out = new Uint8Array(bytes);
  const expected = shape.reduce((n, d, axis) => n * Math.ceil(d / chunk[axis]!), 1);
  const seen = new Set<string>();
  for await (const { key, child } of treeLeaves(file, `the chunks of ${what}`, tree, 1, 8 + 8 * (shape.length + 1))) {
    const size = key.u32();
    const leftOut = key.u32();
    const start = shape.map(() => key.uint(8));
    if (start.some((at, axis) => at % chunk[axis]! !== 0 || at >= shape[axis]!) || seen.has(String(start)))
      throw new FormatError(`${name} has a chunk at [${start.join(', ')}], where none or another belongs.`);
    seen.add(String(start));
    const raw = (await readAt(file, `a chunk of ${what}`, child, size)).bytes(size);
    place(out, shape, unfilter(name, raw, filters, leftOut, chunkBytes, type.bytes), chunk, start, type.bytes);
  }
  if (seen.size !== expected)
    throw new FormatError(`${name} needs ${expected} chunks, but the file has ${seen.size} of them.`);
  return out;
}

/** Copies a chunk to its place, row by row; what lies beyond the dataset's shape is padding. */
function place(
  out: Uint8Array,
  shape: readonly number[],
  raw: Uint8Array,
  chunk: readonly number[],
  start: readonly number[],
  elementBytes: number,
): void {
  const last = shape.length - 1;
  const strides = rowMajorStrides(shape);
  const width = Math.min(chunk[last]!, shape[last]! - start[last]!) * elementBytes;
  const step = chunk[last]! * elementBytes;
  const index = new Array<number>(last).fill(0);
  for (let from = 0; from < raw.length; from += step) {
    let to = start[last]!;
    let inside = true;
    for (let axis = 0; axis < last; axis++) {
      const at = start[axis]! + index[axis]!;
      if (at >= shape[axis]!) inside = false;
      to += at * strides[axis]!;
    }
    if (inside) out.set(raw.subarray(from, from + width), to * elementBytes);
    for (let axis = last - 1; axis >= 0 && ++index[axis]! === chunk[axis]; axis--) index[axis] = 0;
  }
}

function decode(raw: Uint8Array, { dtype, bytes, bigEndian }: { dtype: DType; bytes: number; bigEndian: boolean }) {
  if (!bigEndian || bytes === 1) return decodeFloats(raw, dtype);
  const swapped = raw.slice();
  for (let at = 0; at < swapped.length; at += bytes) swapped.subarray(at, at + bytes).reverse();
  return decodeFloats(swapped, dtype);
}
