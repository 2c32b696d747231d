import { UsageError } from '../../base/errors.ts';
import { elementCount, formatShape } from '../../tensor/tensor.ts';

/** Arrays that `.npy` can hold as they are. */
export type NpyArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  Float32Array: '<f4',
  Float64Array: '<f8',
  Int8Array: '|i1',
  Uint8Array: '|u1',
  Int16Array: '<i2',
  Uint16Array: '<u2',
  Int32Array: '<i4',
  Uint32Array: '<u4',
  BigInt64Array: '<i8',
  BigUint64Array: '<u8',
};

/** NumPy aligns the data so that it can be memory-mapped. */
const ALIGNMENT = 64;

/**
 * The bytes of a `.npy` file (version 1.0, C order, little-endian) that holds `data` in `shape`; `numpy.load` reads it.
 * @throws UsageError when the shape does not count the elements of `data`.
 */
export function encodeNpy(data: NpyArray, shape: readonly number[] = [data.length]): Uint8Array<ArrayBuffer> {
  return encode(data, DESCRIPTORS[data[Symbol.toStringTag]]!, shape);
}

/** The bytes of a `.npy` file of zeros, and its values as they lie in them, to be filled in place of a copy. */
export function blankNpy(shape: readonly number[]): { bytes: Uint8Array<ArrayBuffer>; values: Float32Array } {
  const { bytes, dataStart } = blank('<f4', shape, 4);
  return { bytes, values: new Float32Array(bytes.buffer, dataStart) };
}

/** As `blankNpy`, for the bits of 16-bit values. */
export function blankHalfNpy(shape: readonly number[]): { bytes: Uint8Array<ArrayBuffer>; bits: Uint16Array } {
  const { bytes, dataStart } = blank('<f2', shape, 2);
  return { bytes, bits: new Uint16Array(bytes.buffer, dataStart) };
}

function encode(data: NpyArray, descriptor: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  if (elementCount(shape) !== data.length)
    throw new UsageError(`encodeNpy: shape ${formatShape(shape)} does not hold ${data.length} elements.`);
  const { bytes, dataStart } = blank(descriptor, shape, data.BYTES_PER_ELEMENT);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  return bytes;
}

function blank(descriptor: string, shape: readonly number[], bytesEach: number) {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const dataStart = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(dataStart + elementCount(shape) * bytesEach);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, dataStart - 10, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(dataStart - 11)}\n`), 10);
  return { bytes, dataStart };
}
