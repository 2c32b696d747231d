import { checkLimit, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { eachVarint, type ProtoField, type ProtoReader, type Span } from '../../formats/protobuf/read-protobuf.ts';
import { checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { formatShape, type Tensor } from '../../tensor/tensor.ts';
import { unpackNibbles } from '../quantisation.ts';
import type { ExternalFiles } from './external-data.ts';

/** A TensorProto whose description was read and whose values were not. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where the values are kept in a file beside the model, as the model writes it; undefined for values of its own. */
  readonly external?: { readonly path: string; readonly start: number; readonly end: number };
  /** The stored numbers, not dequantised. */
  read(): Promise<Tensor>;
}

/** TensorProto.DataType; 4-bit integers appear as 8-bit ones. What is missing here is not read. */
const TYPES: Readonly<Record<number, { dtype: DType; nibbles?: true }>> = {
  1: { dtype: 'f32' },
  2: { dtype: 'u8' },
  3: { dtype: 'i8' },
  4: { dtype: 'u16' },
  5: { dtype: 'i16' },
  6: { dtype: 'i32' },
  7: { dtype: 'i64' },
  9: { dtype: 'bool' },
  10: { dtype: 'f16' },
  11: { dtype: 'f64' },
  12: { dtype: 'u32' },
  13: { dtype: 'u64' },
  16: { dtype: 'bf16' },
  17: { dtype: 'f8_e4m3' },
  19: { dtype: 'f8_e5m2' },
  21: { dtype: 'u8', nibbles: true },
  22: { dtype: 'i8', nibbles: true },
};

/** Names of ONNX element types by number, for messages and input descriptions. */
export function typeName(type: number): string {
  return TYPES[type]?.dtype ?? (type === 8 ? 'string' : `type ${type}`);
}

/** Field numbers of TensorProto that hold values one by one: float_data, int32_data, int64_data, double, uint64. */
const TYPED_FIELDS: ReadonlySet<number> = new Set([4, 5, 7, 10, 11]);

/**
 * Reads the description of the TensorProto in `span`. Undefined for element types that hold no plain numbers (strings,
 * complex numbers). `name` is used where the message has none, as in the value of a Constant node.
 */
export async function readTensorProto(
  proto: ProtoReader,
  span: Span,
  external: ExternalFiles,
  name?: string,
): Promise<StoredTensor | undefined> {
  const file = proto.source.name;
  const shape: number[] = [];
  const location = new Map<string, string>();
  let ownName = '';
  let type = 0;
  let raw: Span | undefined;
  let typedBytes = 0;
  let isExternal = false;
  for await (const field of proto.fields('a tensor', span)) {
    if (field.number === 1) await readVarints(proto, 'the shape of a tensor', field, shape, TENSOR_LIMITS.dimensions);
    else if (field.number === 2) type = field.value;
    else if (field.number === 8 && field.wire === 2) ownName = await proto.text('a tensor name', field);
    else if (field.number === 9 && field.wire === 2) raw = { start: field.start, end: field.end };
    else if (TYPED_FIELDS.has(field.number)) typedBytes += field.end - field.start;
    else if (field.number === 13 && field.wire === 2) await readEntry(proto, field, location);
    else if (field.number === 14) isExternal = field.value === 1;
  }
  const tensorName = name ?? ownName;
  const known = TYPES[type];
  if (!known) return undefined;
  const { dtype, nibbles } = known;
  const label = `tensor ${tensorName}`;
  const count = checkShape(file, label, shape);
  const bytes = nibbles ? Math.ceil(count / 2) : count * BYTES_PER_ELEMENT[dtype];
  const decode = (data: Uint8Array): Tensor => ({
    shape,
    data: decodeFloats(nibbles ? unpackNibbles(data, count, dtype === 'i8') : data, dtype),
  });

  const base = { name: tensorName, dtype, shape };
  if (isExternal)
    return {
      ...base,
      external: externalPlace(location, bytes),
      read: async () => decode(await readExternal(file, tensorName, external, location, bytes)),
    };
  if (raw) {
    if (raw.end - raw.start !== bytes)
      throw new FormatError(
        `${file}: ${label} (${dtype} ${formatShape(shape)}) needs ${bytes} bytes, but the file gives it ${raw.end - raw.start}.`,
      );
    const { start, end } = raw;
    return { ...base, read: async () => decode(await readRange(proto.source, label, start, end)) };
  }
  if (typedBytes < (nibbles ? bytes : count))
    throw new FormatError(
      `${file}: ${label} (${dtype} ${formatShape(shape)}) has ${count} elements, but the file stores none or too few of them.`,
    );
  return { ...base, read: () => readTyped(proto, span, label, shape, nibbles ? bytes : count, dtype, decode) };
}

async function readExternal(
  file: string,
  tensor: string,
  external: ExternalFiles,
  location: ReadonlyMap<string, string>,
  bytes: number,
): Promise<Uint8Array> {
  const { path, start, end, length } = externalPlace(location, bytes);
  const source = await external.open(tensor, path);
  if (length !== bytes)
    throw new FormatError(`${file}: tensor ${tensor} needs ${bytes} bytes, but its external data has ${length}.`);
  return readRange(source, `tensor ${tensor} of ${file}`, start, end);
}

function externalPlace(location: ReadonlyMap<string, string>, bytes: number) {
  const start = Number(location.get('offset') ?? 0);
  const length = Number(location.get('length') ?? bytes);
  return { path: location.get('location') ?? '', start, end: start + length, length };
}

/** Values stored one by one, packed or not; the message is walked again and its numbers collected. */
async function readTyped(
  proto: ProtoReader,
  span: Span,
  label: string,
  shape: readonly number[],
  count: number,
  dtype: DType,
  decode: (bytes: Uint8Array) => Tensor,
): Promise<Tensor> {
  const file = proto.source.name;
  const values = new Float64Array(count);
  let n = 0;
  const push = (value: number) => {
    if (n < count) values[n] = value;
    n++;
  };
  for await (const field of proto.fields(label, span)) {
    if (!TYPED_FIELDS.has(field.number)) continue;
    if (field.wire === 0) push(field.value);
    else {
      const bytes = await proto.bytes(label, field);
      if (field.number === 4 || field.number === 10)
        decodeFloats(bytes, field.number === 4 ? 'f32' : 'f64').forEach(push);
      else eachVarint(file, label, bytes, push);
    }
  }
  if (n !== count)
    throw new FormatError(
      `${file}: ${label} (${dtype} ${formatShape(shape)}) should have ${count} values, but ${n} are stored.`,
    );
  switch (dtype) {
    case 'f64':
    case 'i64':
    case 'u64':
    case 'i32':
    case 'u32':
      return { shape, data: values };
    // Half and brain floats lie in int32_data by their bits; narrow integers by value, 4-bit ones by the byte.
    case 'f16':
    case 'bf16':
      return decode(new Uint8Array(Uint16Array.from(values).buffer));
    case 'f32':
    case 'i16':
    case 'u16':
      return { shape, data: Float32Array.from(values) };
    default:
      return decode(Uint8Array.from(values, (value) => value & 255));
  }
}

/** Appends the numbers of a repeated integer field, packed or one of many, to `into`. */
export async function readVarints(
  proto: ProtoReader,
  what: string,
  field: ProtoField,
  into: number[],
  limit: number,
): Promise<void> {
  const { name } = proto.source;
  if (field.wire === 0) into.push(field.value);
  else if (field.wire === 2) {
    checkLimit(name, `the length of ${what}`, field.end - field.start, limit * 10);
    eachVarint(name, what, await proto.bytes(what, field), (value) => into.push(value));
  } else throw new FormatError(`${name}: ${what} is not stored as integers.`);
  checkLimit(name, `the length of ${what}`, into.length, limit);
}

/** One key–value pair (StringStringEntryProto), into the map. */
export async function readEntry(proto: ProtoReader, span: Span, into: Map<string, string>): Promise<void> {
  let key = '';
  let value = '';
  for await (const field of proto.fields('a key and value', span)) {
    if (field.wire !== 2) throw new UnsupportedError(`${proto.source.name}: a key and value are not stored as text.`);
    if (field.number === 1) key = await proto.text('a key', field);
    else if (field.number === 2)
      value =
        field.end - field.start > LIMITS.nameLength
          ? `(${field.end - field.start} bytes)`
          : await proto.text('a value', field);
  }
  into.set(key, value);
}
