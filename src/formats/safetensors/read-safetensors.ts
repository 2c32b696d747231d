import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { checkByteCount, checkShape } from '../../tensor/check-shape.ts';
import { type DType, decodeFloats } from '../../tensor/dtype.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { isObject, parseJson, shown } from '../json/parse-json.ts';
import { LIMITS } from '../limits.ts';

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: Map<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPES: Readonly<Record<string, DType>> = {
  F64: 'f64',
  F32: 'f32',
  F16: 'f16',
  BF16: 'bf16',
  F8_E4M3: 'f8_e4m3',
  F8_E5M2: 'f8_e5m2',
  I64: 'i64',
  U64: 'u64',
  I32: 'i32',
  U32: 'u32',
  I16: 'i16',
  U16: 'u16',
  I8: 'i8',
  U8: 'u8',
  BOOL: 'bool',
};

/** Bits of an element of types that have their place in the file but are not listed as tensors. */
const UNLISTED_BITS: Readonly<Record<string, number>> = { C64: 64, F8_E8M0: 8, F4: 4, F6_E2M3: 6, F6_E3M2: 6 };

interface Place {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the header of a safetensors file: u64 header length, JSON header, then the tensors' bytes. As strict as the
 * official parser: the tensors fill the file from the header to its end, without holes and without overlap; metadata are
 * texts; offsets and dimensions are whole numbers.
 * @throws FormatError naming the tensor or field; UnsupportedError for element types of no known size.
 */
export async function readSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const { name: file } = source;
  const prefix = await readRange(source, 'the safetensors header length', 0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  checkRange(source, 'the safetensors header', 8, 8 + length);
  checkLimit(file, 'the size of the safetensors header', length, LIMITS.headerBytes);
  const bytes = await readRange(source, 'the safetensors header', 8, 8 + length);
  const header = parseJson(bytes, `${file}: the safetensors header`);
  checkNumbers(file, bytes);

  const base = 8 + length;
  const tensors = new Map<string, TensorEntry>();
  const places: Place[] = [];
  const names = Object.keys(header);
  checkLimit(file, 'the number of tensors', names.length, LIMITS.tensors);
  for (const name of names) {
    if (name === '__metadata__') continue;
    checkName(file, name);
    const { tensor, place } = readEntry(source, base, name, header[name]);
    if (tensor) tensors.set(name, tensor);
    places.push(place);
  }
  checkPlaces(source, base, places);
  return { tensors, metadata: textMetadata(file, header.__metadata__) };
}

/** Outside of strings a header has whole numbers of at least 0, written plainly; 1.0 and 1e3 are not. */
function checkNumbers(file: string, bytes: Uint8Array): void {
  const text = new TextDecoder().decode(bytes).replace(/"(?:[^"\\]|\\.)*"/g, '');
  const odd = /-\d[\d.eE+-]*|\d+[.eE][\d.eE+-]*/.exec(text);
  if (odd)
    throw new FormatError(
      `${file}: the safetensors header holds the number ${printable(odd[0])}; shapes and offsets must be whole numbers of at least 0.`,
    );
}

function checkName(file: string, name: string): void {
  checkLimit(file, "the length of a tensor's name", name.length, LIMITS.nameLength);
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(name))
    throw new FormatError(`${file}: the name ${printable(name)} of a tensor is not valid Unicode.`);
}

function readEntry(source: ByteSource, base: number, name: string, value: unknown) {
  const { name: file } = source;
  const label = printable(name);
  const { shape, data_offsets: offsets, dtype: type } = isObject(value) ? value : {};
  if (!Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2)
    throw new FormatError(`${file}: the header entry of ${label} lacks dtype, shape or data_offsets.`);
  const typeName = typeof type === 'string' ? type : '';
  const dtype = Object.hasOwn(DTYPES, typeName) ? DTYPES[typeName] : undefined;
  const bits = Object.hasOwn(UNLISTED_BITS, typeName) ? UNLISTED_BITS[typeName] : undefined;
  if (!dtype && bits === undefined)
    throw new UnsupportedError(`${file}: ${label} has the element type ${shown(type)}, which is not read.`);
  if (!offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0))
    throw new FormatError(
      `${file}: ${label} has the data_offsets [${offsets.map(shown).join(', ')}]; two whole numbers of at least 0 are needed.`,
    );
  const [from, to] = offsets as [number, number];
  const start = base + from;
  const end = base + to;
  checkRange(source, `tensor ${label}`, start, end);
  const place = { name, start, end };
  if (!dtype) {
    const expected = (checkShape(file, label, shape) * bits!) / 8;
    if (end - start !== expected)
      throw new FormatError(
        `${file}: ${label} (${typeName}) needs ${expected} bytes, but the file gives it ${to - from}.`,
      );
    return { tensor: undefined, place };
  }
  const dimensions = shape as number[];
  checkByteCount(file, label, dimensions, dtype, end - start);
  const [rows = 1, ...rest] = dimensions;
  const rowBytes = rows === 0 ? 0 : (end - start) / rows;
  const read = async (from: number, to: number) =>
    decodeFloats(await readRange(source, `tensor ${label}`, from, to), dtype);
  const tensor: TensorEntry = {
    name,
    dtype,
    shape: dimensions,
    read: async () => ({ shape: dimensions, data: await read(start, end) }),
    readRows: async (first, last) => ({
      shape: [last - first, ...rest],
      data: await read(start + first * rowBytes, start + last * rowBytes),
    }),
  };
  return { tensor, place };
}

/** Sorted by place, each tensor begins where the one before it ends, and the last one ends with the file. */
function checkPlaces(source: ByteSource, base: number, places: Place[]): void {
  const { name: file } = source;
  places.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = base;
  let before: string | undefined;
  for (const { name, start, end } of places) {
    if (start < at)
      throw new FormatError(`${file}: the bytes of ${printable(before!)} and ${printable(name)} overlap at ${start}.`);
    if (start > at)
      throw new FormatError(
        `${file}: bytes ${at} to ${start} belong to no tensor; ${printable(name)} must begin at ${at}.`,
      );
    at = end;
    before = name;
  }
  if (at !== source.byteLength)
    throw new FormatError(
      `${file}: the tensors of the header end at byte ${at}, but the file has ${source.byteLength} bytes.`,
      { hint: 'The file is damaged or was not written whole; download or save it again.' },
    );
}

function textMetadata(file: string, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isObject(value)) throw new FormatError(`${file}: __metadata__ is ${shown(value)}, where an object is expected.`);
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string')
      throw new FormatError(
        `${file}: __metadata__ has ${shown(text)} under ${printable(key)}, where a text is expected.`,
      );
  return value as Record<string, string>;
}
