import { printable } from '../../base/bytes/printable.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { checkByteCount, checkShape } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { columnMajorStrides, gatherStrided, rowMajorStrides } from '../../tensor/strided.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { NumpyArray, StorageReference, TensorRecord } from './pickle-values.ts';

/** Elements that a tensor may have beyond those of its storage, by strides of 0 (`expand`). */
const MAX_EXPANDED_ELEMENTS = 2 ** 24;

/** Where a storage's bytes are. */
export interface StorageData {
  /** Bytes [start, end) of the storage; the caller checks bounds. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Finds a storage in the file. Throws FormatError when it is not there or is too short; reads none of its bytes. */
export type StorageFinder = (storage: StorageReference) => StorageData;

/**
 * The entry of a tensor after checking shape, strides and offset against its storage. Reading takes the span of the
 * storage from the tensor's first to its last element and puts it in row-major order.
 */
export function tensorEntry(
  file: string,
  name: string,
  record: TensorRecord,
  dtype: DType,
  find: StorageFinder,
): TensorEntry {
  const { storage, offset, shape, strides } = record;
  const shown = printable(name);
  const count = checkShape(file, shown, shape);
  if (shape.length !== strides.length)
    throw new FormatError(`${file}: ${shown} has ${shape.length} dimensions but ${strides.length} strides.`);
  if (!strides.every(isCount))
    throw new FormatError(
      `${file}: ${shown} has the strides [${strides.join(', ')}]; strides must be whole numbers of at least 0.`,
    );
  if (!isCount(offset))
    throw new FormatError(
      `${file}: ${shown} begins at element ${offset} of its storage; that must be a whole number of at least 0.`,
    );
  const size = BYTES_PER_ELEMENT[dtype];
  const capacity = Math.floor(storage.viewBytes / size);
  const span = count === 0 ? 0 : shape.reduce((sum, d, axis) => sum + (d - 1) * strides[axis]!, 1);
  if (offset + span > capacity)
    throw new FormatError(
      `${file}: ${shown} (${dtype} ${formatShape(shape)}, strides [${strides.join(', ')}]) takes elements ${offset} to ${offset + span} of storage ${printable(storage.key)}, which has ${capacity}.`,
    );
  if (count > span + MAX_EXPANDED_ELEMENTS)
    throw new LimitError(
      `${file}: ${shown} spreads ${span} stored elements over ${count}; at most ${MAX_EXPANDED_ELEMENTS} more than stored are read.`,
    );
  const data = find(storage);
  const start = storage.viewStart + offset * size;
  const rowMajor = rowMajorStrides(shape);
  const contiguous = count === 0 || shape.every((d, axis) => d === 1 || strides[axis] === rowMajor[axis]);
  return {
    name,
    dtype,
    shape,
    read: async () => {
      const bytes = await data.read(start, start + span * size);
      if (bytes.byteLength !== span * size)
        throw new FormatError(`${file}: ${shown} should have ${span * size} bytes, but ${bytes.byteLength} came.`);
      const values = decodeFloats(bytes, dtype);
      return contiguous ? { shape, data: values } : gatherStrided(values, shape, strides);
    },
  };
}

/** The entry of a NumPy array whose bytes stand in the pickle. */
export function arrayEntry(file: string, name: string, array: NumpyArray, dtype: DType): TensorEntry {
  const { shape, bytes } = array;
  checkByteCount(file, printable(name), shape, dtype, bytes.byteLength);
  return {
    name,
    dtype,
    shape,
    read: async () => {
      const data = decodeFloats(bytes.slice(), dtype);
      return array.fortranOrder ? gatherStrided(data, shape, columnMajorStrides(shape)) : { shape, data };
    },
  };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
