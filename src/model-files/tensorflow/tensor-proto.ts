import { checkLimit, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { eachVarint, type ProtoReader, type Span } from '../../formats/protobuf/read-protobuf.ts';
import { checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { formatShape, type Tensor } from '../../tensor/tensor.ts';
import { STRING_TYPE, storedType } from './data-types.ts';

/** The value of a Const whose description was read and whose numbers were not. */
export interface StoredConstant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  read(): Promise<Tensor>;
}

/** Elements of a tensor that the file stores as fewer values, of which the last stands for all further ones. */
const MAX_REPEATED = 2 ** 24;

/** Fields of TensorProto that hold numbers, with the kind that each is stored as. */
const VALUE_FIELDS: Readonly<Record<number, 'f32' | 'f64' | 'varint'>> = {
  5: 'f32',
  6: 'f64',
  7: 'varint',
  10: 'varint',
  11: 'varint',
  13: 'varint',
  16: 'varint',
  17: 'varint',
};

/** Which of them holds the values of a type. */
function valueField(dtype: DType, type: number): number {
  if (dtype === 'f32' || dtype === 'f64') return dtype === 'f32' ? 5 : 6;
  if (dtype === 'f16' || dtype === 'bf16') return 13;
  if (dtype === 'i64') return 10;
  if (dtype === 'bool') return 11;
  if (dtype === 'u32' || dtype === 'u64') return dtype === 'u32' ? 16 : 17;
  // Bytes of 8-bit floats have a field of their own, which no writer uses for weights.
  return type >= 24 ? 18 : 7;
}

/**
 * Reads the description of the TensorProto in `span`; undefined for types that hold no plain numbers.
 * @param label File and tensor without the file, such as "node conv/kernel", for messages.
 */
export async function readTensorProto(
  proto: ProtoReader,
  span: Span,
  label: string,
): Promise<StoredConstant | undefined> {
  const file = proto.source.name;
  let shape: number[] = [];
  let type = 0;
  let content: Span | undefined;
  for await (const field of proto.fields(label, span)) {
    if (field.number === 1 && field.wire === 0) type = field.value;
    else if (field.number === 2 && field.wire === 2) shape = await readTensorShape(proto, field, label);
    else if (field.number === 4 && field.wire === 2) content = { start: field.start, end: field.end };
  }
  const dtype = storedType(type);
  if (!dtype) return undefined;
  const count = checkShape(file, label, shape);
  if (content && content.end > content.start) {
    const { start, end } = content;
    const bytes = count * BYTES_PER_ELEMENT[dtype];
    if (end - start !== bytes)
      throw new FormatError(
        `${file}: ${label} (${dtype} ${formatShape(shape)}) needs ${bytes} bytes, but the file gives it ${end - start}.`,
      );
    return {
      dtype,
      shape,
      read: async () => ({ shape, data: decodeFloats(await readRange(proto.source, label, start, end), dtype) }),
    };
  }
  return { dtype, shape, read: () => readValues(proto, span, label, { shape, count, dtype, type }) };
}

/** A TensorShapeProto; sizes that are not known are refused, since a stored tensor has none. */
export async function readTensorShape(proto: ProtoReader, span: Span, label: string): Promise<number[]> {
  const shape: number[] = [];
  for await (const dim of proto.fields(`the shape of ${label}`, span)) {
    if (dim.number !== 2 || dim.wire !== 2) continue;
    let size = 0;
    for await (const part of proto.fields(`the shape of ${label}`, dim)) if (part.number === 1) size = part.value;
    shape.push(size);
    checkLimit(proto.source.name, `the number of dimensions of ${label}`, shape.length, TENSOR_LIMITS.dimensions);
  }
  return shape;
}

/** The texts of a TensorProto of strings; undefined for one of another type. */
export async function readStrings(proto: ProtoReader, span: Span, label: string): Promise<string[] | undefined> {
  const texts: string[] = [];
  let type = 0;
  for await (const field of proto.fields(label, span)) {
    if (field.number === 1 && field.wire === 0) type = field.value;
    else if (field.number === 8 && field.wire === 2) texts.push(await proto.text(label, field));
    checkLimit(proto.source.name, `the number of texts of ${label}`, texts.length, LIMITS.tensors);
  }
  return type === STRING_TYPE ? texts : undefined;
}

/** Values stored one by one, packed or not. Where there are fewer than elements the last is repeated, or 0 without any. */
async function readValues(
  proto: ProtoReader,
  span: Span,
  label: string,
  { shape, count, dtype, type }: { shape: readonly number[]; count: number; dtype: DType; type: number },
): Promise<Tensor> {
  const file = proto.source.name;
  const wanted = valueField(dtype, type);
  const places: { kind: 'f32' | 'f64' | 'varint'; wire: number; value: number; start: number; end: number }[] = [];
  let most = 0;
  for await (const field of proto.fields(label, span)) {
    const kind = VALUE_FIELDS[field.number];
    if (field.number !== wanted || !kind) continue;
    places.push({ kind, wire: field.wire, value: field.value, start: field.start, end: field.end });
    most += field.wire === 0 ? 1 : (field.end - field.start) / (kind === 'f32' ? 4 : kind === 'f64' ? 8 : 1);
  }
  if (count > most && count > MAX_REPEATED)
    throw new LimitError(
      `${file}: ${label} (${dtype} ${formatShape(shape)}) repeats one value for ${count} elements; at most ${MAX_REPEATED} are read.`,
    );
  const values = new Float64Array(count);
  let n = 0;
  const push = (value: number) => {
    if (n < count) values[n] = value;
    n++;
  };
  for (const place of places) {
    if (place.wire === 0) push(place.value);
    else {
      const bytes = await proto.bytes(label, place);
      if (place.kind === 'varint') eachVarint(file, label, bytes, push);
      else decodeFloats(bytes, place.kind).forEach(push);
    }
  }
  if (n > count)
    throw new FormatError(
      `${file}: ${label} (${dtype} ${formatShape(shape)}) has ${count} elements, but ${n} values are stored.`,
    );
  if (n > 0) values.fill(values[n - 1]!, n);
  return { shape, data: ofType(values, dtype) };
}

/** Halves are stored by their bits, all others by value. */
function ofType(values: Float64Array, dtype: DType): Float32Array | Float64Array {
  if (dtype === 'f16' || dtype === 'bf16') return decodeFloats(new Uint8Array(Uint16Array.from(values).buffer), dtype);
  return BYTES_PER_ELEMENT[dtype] > 4 || dtype === 'i32' || dtype === 'u32' ? values : Float32Array.from(values);
}
