import { readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { ProtoReader, Span } from '../../formats/protobuf/read-protobuf.ts';
import { checkByteCount, checkShape } from '../../tensor/check-shape.ts';
import { decodeFloats } from '../../tensor/dtype.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { dequantise } from '../quantisation.ts';
import { storedArray } from '../stored-array.ts';

/** How whole numbers of a few bits stand for values: by scale and bias, or as places in a table. */
interface Quantised {
  readonly bits: number;
  readonly scale?: Span;
  readonly bias?: Span;
  readonly table?: Span;
}

const MOST_BITS = 8;

/**
 * The weights in `span` (WeightParams) as a tensor of `shape`: floats of 32 or 16 bits, or whole numbers of 1 to 8 bits.
 * @throws FormatError where there are not as many values as the shape has; UnsupportedError for other forms.
 */
export async function weightEntry(
  proto: ProtoReader,
  span: Span,
  name: string,
  shape: readonly number[],
): Promise<TensorEntry> {
  const { source } = proto;
  let floats: Span | undefined;
  let halves: Span | undefined;
  let raw: Span | undefined;
  let quantised: Quantised | undefined;
  for await (const field of proto.fields(name, span)) {
    if (field.wire !== 2) continue;
    if (field.number === 1) floats = field;
    else if (field.number === 2) halves = field;
    else if (field.number === 30) raw = field;
    else if (field.number === 40) quantised = await readQuantised(proto, name, field);
  }
  const stored = floats ?? halves;
  if (stored && stored.end > stored.start) {
    const dtype = floats === stored ? 'f32' : 'f16';
    checkByteCount(source.name, name, shape, dtype, stored.end - stored.start);
    return storedArray(source, { name, dtype, shape, start: stored.start });
  }
  const count = checkShape(source.name, name, shape);
  if (!raw || !quantised)
    throw new UnsupportedError(
      `${source.name}: ${name} (${formatShape(shape)}) has no values in 32 or 16 bits and none that a scale or a table explains.`,
      { file: source.name },
    );
  const { bits } = quantised;
  if (!(bits >= 1 && bits <= MOST_BITS))
    throw new FormatError(`${source.name}: ${name} is quantised in ${bits} bits; 1 to ${MOST_BITS} are read.`);
  const bytes = Math.ceil((count * bits) / 8);
  if (raw.end - raw.start !== bytes)
    throw new FormatError(
      `${source.name}: ${name} (${bits} bits, ${formatShape(shape)}) needs ${bytes} bytes, but the file gives it ${raw.end - raw.start}.`,
    );
  const { start, end } = raw;
  const how = quantised;
  return {
    name,
    dtype: 'u8',
    shape,
    quantised: true,
    async read() {
      const whole = unpackBits(await readRange(source, name, start, end), count, bits);
      return { shape, data: await values(proto, name, shape, whole, how) };
    },
  };
}

async function readQuantised(proto: ProtoReader, name: string, span: Span): Promise<Quantised> {
  let bits = 0;
  let parts: Omit<Quantised, 'bits'> = {};
  for await (const field of proto.fields(name, span)) {
    if (field.number === 1 && field.wire === 0) bits = field.value;
    if (field.wire !== 2 || (field.number !== 101 && field.number !== 102)) continue;
    for await (const part of proto.fields(name, field)) {
      if (part.wire !== 2) continue;
      if (field.number === 102 && part.number === 1) parts = { table: part };
      else if (field.number === 101 && part.number === 1) parts = { ...parts, scale: part };
      else if (field.number === 101 && part.number === 2) parts = { ...parts, bias: part };
    }
  }
  return { bits, ...parts };
}

/** Whole numbers of `bits` each, one behind the other, the highest bit of each first. */
function unpackBits(bytes: Uint8Array, count: number, bits: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0, bit = 0; i < count; i++) {
    let value = 0;
    for (let k = 0; k < bits; k++, bit++) value = value * 2 + ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1);
    out[i] = value;
  }
  return out;
}

async function values(
  proto: ProtoReader,
  name: string,
  shape: readonly number[],
  whole: Float32Array,
  { bits, scale, bias, table }: Quantised,
): Promise<Float32Array> {
  const label = `${proto.source.name}: ${name}`;
  const floats = async (span: Span | undefined) => {
    const most = Math.max(2 ** MOST_BITS, shape[0] ?? 1) * 4;
    if (span && span.end - span.start > most)
      throw new FormatError(`${label} has ${span.end - span.start} bytes of scales or tables; at most ${most} fit.`);
    return span ? decodeFloats(await proto.bytes(name, span), 'f32') : new Float32Array(0);
  };
  if (table) {
    const entries = await floats(table);
    if (entries.length !== 2 ** bits)
      throw new FormatError(`${label} has a table of ${entries.length} values, where ${2 ** bits} are expected.`);
    return whole.map((place) => entries[place]!);
  }
  const scales = await floats(scale);
  const offsets = await floats(bias);
  const channels = shape[0] ?? 1;
  for (const { length } of [scales, offsets])
    if (length > 1 && length !== channels)
      throw new FormatError(`${label} has ${length} scales or biases, where 1 or ${channels} are expected.`);
  const scaled = dequantise(label, { shape, data: whole }, { scales, zeroPoints: [], axis: 0 }).data;
  const size = whole.length / (channels || 1);
  for (let i = 0; i < whole.length; i++)
    scaled[i] = scaled[i]! + (offsets[offsets.length > 1 ? Math.floor(i / size) : 0] ?? 0);
  return scaled as Float32Array;
}
