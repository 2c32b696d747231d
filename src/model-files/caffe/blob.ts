import { readRange } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import type { ProtoReader, Span } from '../../formats/protobuf/read-protobuf.ts';
import { checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { decodeFloats } from '../../tensor/dtype.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { readVarints } from '../onnx/tensor-proto.ts';
import { storedArray } from '../stored-array.ts';

/** A blob: its description, and where its values lie. */
export interface CaffeBlob extends Span {
  readonly shape: readonly number[];
  /** True for shapes of the older form, which have always four sides: num, channels, height, width. */
  readonly isFourSided: boolean;
  readonly dtype: 'f32' | 'f64';
  readonly values: number;
  /** Where the values lie one behind the other; undefined where they are written one by one. */
  readonly packed?: Span;
}

/** Field numbers of BlobProto: data and double_data; num, channels, height and width. */
const DATA = { 5: 'f32', 8: 'f64' } as const;
const BYTES = { f32: 4, f64: 8 } as const;
const SIDES = [1, 2, 3, 4];
const SHAPE = 7;

/** BlobShape: the sides, one by one or packed. */
export async function readShape(proto: ProtoReader, span: Span): Promise<number[]> {
  const shape: number[] = [];
  for await (const field of proto.fields('a shape', span))
    if (field.number === 1) await readVarints(proto, 'a shape', field, shape, TENSOR_LIMITS.dimensions);
  return shape;
}

export async function readBlob(proto: ProtoReader, { start, end }: Span): Promise<CaffeBlob> {
  const sides = [1, 1, 1, 1];
  let shape: number[] | undefined;
  const bytes = { f32: 0, f64: 0 };
  const spans: Span[] = [];
  for await (const field of proto.fields('a blob', { start, end })) {
    const { number, wire } = field;
    const dtype = number === 5 || number === 8 ? DATA[number] : undefined;
    if (dtype && wire === (dtype === 'f32' ? 5 : 1)) bytes[dtype] += BYTES[dtype];
    else if (dtype && wire === 2) {
      bytes[dtype] += field.end - field.start;
      if (spans.length < 2) spans.push({ start: field.start, end: field.end });
    } else if (number === SHAPE && wire === 2) shape = await readShape(proto, field);
    else if (SIDES.includes(number) && wire === 0) sides[number - 1] = field.value;
  }
  const dtype = bytes.f32 > 0 ? 'f32' : 'f64';
  const [packed] = spans;
  const isWhole = packed && spans.length === 1 && packed.end - packed.start === bytes.f32 + bytes.f64;
  return {
    start,
    end,
    shape: shape ?? sides,
    isFourSided: shape === undefined,
    dtype: bytes.f64 > 0 ? dtype : 'f32',
    values: bytes[dtype] / BYTES[dtype],
    ...(isWhole && { packed }),
  };
}

/**
 * The blob as a tensor of `shape`, which has as many elements as its own.
 * @throws FormatError where the file has not as many values.
 */
export function blobEntry(proto: ProtoReader, blob: CaffeBlob, name: string, shape: readonly number[]): TensorEntry {
  const { source } = proto;
  const { dtype, values, packed } = blob;
  const count = checkShape(source.name, name, shape);
  if (values !== count)
    throw new FormatError(
      `${source.name}: ${name} (${dtype} ${formatShape(shape)}) needs ${count} values, but the file has ${values}.`,
      values === 0 ? { hint: 'A file of the Caffe of NVIDIA with 16-bit values is not read; save it in 32 bits.' } : {},
    );
  if (packed) return storedArray(source, { name, dtype, shape, start: packed.start });
  return { name, dtype, shape, read: async () => ({ shape, data: await scattered(proto, blob, name) }) };
}

/** Values that are written one by one, or in several stretches: the message is walked again. */
async function scattered(proto: ProtoReader, blob: CaffeBlob, name: string): Promise<Float32Array | Float64Array> {
  const { dtype, values } = blob;
  const bytes = new Uint8Array(values * BYTES[dtype]);
  let at = 0;
  for await (const field of proto.fields(name, blob)) {
    if ((field.number !== 5 && field.number !== 8) || DATA[field.number] !== dtype) continue;
    const length = field.end - field.start;
    if ((field.wire !== 2 && field.wire !== (dtype === 'f32' ? 5 : 1)) || at + length > bytes.length) continue;
    // One by one they are in the window of the reader; asked for from the file, each would be a journey.
    bytes.set(
      await (length > 8 ? readRange(proto.source, name, field.start, field.end) : proto.bytes(name, field)),
      at,
    );
    at += length;
  }
  return decodeFloats(bytes, dtype);
}
