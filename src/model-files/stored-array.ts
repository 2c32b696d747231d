import type { ByteSource } from '../base/bytes/byte-source.ts';
import { checkRange, readRange } from '../base/bytes/read-range.ts';
import { checkShape } from '../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../tensor/dtype.ts';
import { formatShape } from '../tensor/tensor.ts';
import type { TensorEntry } from '../tensor/tensor-entry.ts';

/** Where the numbers of an array lie in a file: little-endian, one after the other, row by row. */
export interface ArrayPlace {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The byte of the first number. */
  readonly start: number;
}

/**
 * An array that lies in a file as it is. Its shape is held against the file; nothing is read.
 * @throws FormatError or LimitError where the shape is none, or reaches beyond the file.
 */
export function storedArray(source: ByteSource, { name, dtype, shape, start }: ArrayPlace): TensorEntry {
  const label = `array ${name} (${dtype} ${formatShape(shape)})`;
  const bytes = checkShape(source.name, `array ${name}`, shape) * BYTES_PER_ELEMENT[dtype];
  checkRange(source, label, start, start + bytes);
  const read = async (from: number, to: number) => decodeFloats(await readRange(source, label, from, to), dtype);
  const [rows = 1, ...rest] = shape;
  const rowBytes = rows === 0 ? 0 : bytes / rows;
  return {
    name,
    dtype,
    shape,
    read: async () => ({ shape, data: await read(start, start + bytes) }),
    readRows: async (first, last) => ({
      shape: [last - first, ...rest],
      data: await read(start + first * rowBytes, start + last * rowBytes),
    }),
  };
}
