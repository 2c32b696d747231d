import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { FormatError } from '../../base/errors.ts';
import type { MsgpackReader, MsgpackToken } from '../../formats/msgpack/read-msgpack.ts';
import { checkByteCount, checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import type { DType } from '../../tensor/dtype.ts';
import { elementCount, formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { storedArray } from '../stored-array.ts';

/** Names of element types as NumPy and ml_dtypes give them. */
const DTYPES: Readonly<Record<string, DType>> = {
  float64: 'f64',
  float32: 'f32',
  float16: 'f16',
  bfloat16: 'bf16',
  float8_e4m3fn: 'f8_e4m3',
  float8_e5m2: 'f8_e5m2',
  int64: 'i64',
  uint64: 'u64',
  int32: 'i32',
  uint32: 'u32',
  int16: 'i16',
  uint16: 'u16',
  int8: 'i8',
  uint8: 'u8',
  bool: 'bool',
};

const MAX_TYPE_NAME = 64;

/**
 * The array of an extension, which is msgpack itself: its shape, the name of its type, its bytes in C order. Undefined for
 * types that are no real numbers.
 * @throws FormatError where these do not fit one another or the extension.
 */
export async function readFlaxArray(
  source: ByteSource,
  reader: MsgpackReader,
  name: string,
  { start, end }: MsgpackToken,
): Promise<TensorEntry | undefined> {
  const label = `the Flax array ${printable(name)}`;
  const wrong = (found: string) =>
    new FormatError(`${source.name}: ${label} has ${found}, where its shape, type and bytes are expected.`);
  const whole = await reader.token(label, start, end);
  if (whole.kind !== 'list' || whole.value !== 3) throw wrong(`a ${whole.kind} of ${whole.value}`);
  const sides = await reader.token(label, whole.end, end);
  if (sides.kind !== 'list' || sides.value > TENSOR_LIMITS.dimensions)
    throw wrong(`a ${sides.kind} of ${sides.value} first`);
  const shape: number[] = [];
  let at = sides.end;
  for (let i = 0; i < sides.value; i++) {
    const side = await reader.token(label, at, end);
    if (side.kind !== 'number') throw wrong(`a ${side.kind} in its shape`);
    shape.push(side.value);
    at = side.end;
  }
  const type = await reader.token(label, at, end);
  if (type.kind !== 'text' || type.end - type.start > MAX_TYPE_NAME) throw wrong(`a ${type.kind} second`);
  const typeName = new TextDecoder().decode(await reader.bytes(label, type.start, type.end));
  const data = await reader.token(label, type.end, end);
  if (data.kind !== 'bytes' || data.end !== end) throw wrong(`a ${data.kind} of ${data.end - data.start} bytes third`);
  const dtype = Object.hasOwn(DTYPES, typeName) ? DTYPES[typeName] : undefined;
  if (!dtype) return undefined;
  checkByteCount(source.name, label, shape, dtype, data.end - data.start);
  return storedArray(source, { name, dtype, shape, start: data.start });
}

/**
 * An array of several, one behind the other.
 * @throws FormatError where they are not of one type or have not as many numbers as the shape.
 */
export function joinedArray(
  file: string,
  name: string,
  shape: readonly number[],
  chunks: readonly TensorEntry[],
): TensorEntry {
  const label = `the array ${printable(name)}`;
  const count = checkShape(file, label, shape);
  const [first, ...others] = chunks;
  const dtype = first?.dtype ?? 'f32';
  const other = others.find((chunk) => chunk.dtype !== dtype);
  if (other) throw new FormatError(`${file}: ${label} has chunks of ${dtype} and of ${other.dtype}.`);
  const held = chunks.reduce((sum, chunk) => sum + elementCount(chunk.shape), 0);
  if (held !== count)
    throw new FormatError(
      `${file}: ${label} (${dtype} ${formatShape(shape)}) needs ${count} numbers, but its chunks have ${held}.`,
    );
  return {
    name,
    dtype,
    shape,
    async read() {
      const parts = await Promise.all(chunks.map((chunk) => chunk.read()));
      const data = parts.some((part) => part.data instanceof Float64Array)
        ? new Float64Array(count)
        : new Float32Array(count);
      let at = 0;
      for (const part of parts) {
        data.set(part.data, at);
        at += part.data.length;
      }
      return { shape, data };
    },
  };
}
