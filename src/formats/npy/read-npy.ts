import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { columnMajorStrides, gatherStrided } from '../../tensor/strided.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** True for the first bytes of a `.npy` file. */
export function looksLikeNpy(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

const MAX_HEADER_BYTES = 65_536;

const DTYPES: Readonly<Record<string, DType>> = {
  '<f8': 'f64',
  '<f4': 'f32',
  '<f2': 'f16',
  '<i8': 'i64',
  '<u8': 'u64',
  '<i4': 'i32',
  '<u4': 'u32',
  '<i2': 'i16',
  '<u2': 'u16',
  '|i1': 'i8',
  '|u1': 'u8',
  '|b1': 'bool',
};

/** Describes the array of a `.npy` source under `name`; the data is read on demand. Shared with `.npz`. */
export async function openNpyArray(source: ByteSource, name: string): Promise<TensorEntry> {
  const prefix = await readRange(source, 'the npy header', 0, Math.min(12, source.byteLength));
  if (prefix.length < 10 || MAGIC.some((byte, i) => prefix[i] !== byte))
    throw new FormatError(
      `${source.name}: not an .npy file (it lacks the NUMPY mark) or cut off within its first 10 bytes.`,
    );
  const version = prefix[6]!;
  if (version < 1 || version > 3)
    throw new UnsupportedError(`${source.name}: .npy version ${version} is not read; 1 to 3 are.`);
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const headerStart = version === 1 ? 10 : 12;
  if (prefix.length < headerStart) throw new FormatError(`${source.name}: cut off within the npy header.`);
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  checkLimit(source.name, 'the size of the npy header', headerLength, MAX_HEADER_BYTES);
  const headerBytes = await readRange(source, 'the npy header', headerStart, headerStart + headerLength);
  const header = parseHeader(source.name, new TextDecoder().decode(headerBytes));

  if (header.descr === '|O')
    throw new UnsupportedError(`${source.name}: holds an array of Python objects; plain numbers are read.`, {
      hint: 'Save it as numbers: numpy.save(path, numpy.stack(list(array)).astype("<f4")).',
    });
  const isBigEndian = header.descr.startsWith('>');
  const dtype = dtypeOf(header.descr.replace(/^[=>]/, '<'));
  if (!dtype)
    throw new UnsupportedError(`${source.name}: the element type ${header.descr} of the array is not read.`, {
      hint: 'Save it as little-endian float32 or float64: numpy.save(path, array.astype("<f4")).',
    });
  const count = checkShape(source.name, name, header.shape);
  const start = headerStart + headerLength;
  const end = start + count * BYTES_PER_ELEMENT[dtype];
  checkRange(source, `array ${name} (${dtype}, shape [${header.shape.join(', ')}])`, start, end);
  const { shape, fortranOrder } = header;
  const read = async (from: number, to: number) => {
    const bytes = await readRange(source, `array ${name}`, from, to);
    return decodeFloats(isBigEndian ? swapped(bytes, BYTES_PER_ELEMENT[dtype]) : bytes, dtype);
  };
  const [rows = 1, ...rest] = shape;
  const rowBytes = rows === 0 ? 0 : (end - start) / rows;
  return {
    name,
    dtype,
    shape,
    read: async () => {
      const data = await read(start, end);
      return fortranOrder ? gatherStrided(data, shape, columnMajorStrides(shape)) : { shape, data };
    },
    // With one axis both orders are the same.
    ...((!fortranOrder || shape.length < 2) && {
      readRows: async (first: number, last: number) => ({
        shape: [last - first, ...rest],
        data: await read(start + first * rowBytes, start + last * rowBytes),
      }),
    }),
  };
}

/** The header is a Python dict literal of three known keys; it is matched, never evaluated. */
function parseHeader(file: string, text: string): { descr: string; fortranOrder: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']{1,16})'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text))
    throw new UnsupportedError(`${file}: the array is a structured (record) array; plain numbers are read.`);
  if (descr === undefined || order === undefined || shapeText === undefined)
    throw new FormatError(
      `${file}: the npy header lacks descr, fortran_order or shape: ${JSON.stringify(text.slice(0, 120))}.`,
    );
  const shape = shapeText
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  return { descr, fortranOrder: order === 'True', shape };
}

function dtypeOf(descriptor: string): DType | undefined {
  return Object.hasOwn(DTYPES, descriptor) ? DTYPES[descriptor] : undefined;
}

/** The bytes of each element in the opposite order. */
function swapped(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const out = bytes.slice();
  for (let at = 0; at < out.length; at += elementBytes) out.subarray(at, at + elementBytes).reverse();
  return out;
}
