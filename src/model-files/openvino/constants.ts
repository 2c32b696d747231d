import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { checkShape } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { unpackNibbles } from '../quantisation.ts';
import type { IrLayer } from './read-ir.ts';

/** element_type of a Const; 4-bit integers appear as 8-bit ones. */
const TYPES: Readonly<Record<string, { readonly dtype: DType; readonly nibbles?: true }>> = {
  f64: { dtype: 'f64' },
  f32: { dtype: 'f32' },
  f16: { dtype: 'f16' },
  bf16: { dtype: 'bf16' },
  f8e4m3: { dtype: 'f8_e4m3' },
  f8e5m2: { dtype: 'f8_e5m2' },
  i64: { dtype: 'i64' },
  u64: { dtype: 'u64' },
  i32: { dtype: 'i32' },
  u32: { dtype: 'u32' },
  i16: { dtype: 'i16' },
  u16: { dtype: 'u16' },
  i8: { dtype: 'i8' },
  u8: { dtype: 'u8' },
  boolean: { dtype: 'bool' },
  i4: { dtype: 'i8', nibbles: true },
  u4: { dtype: 'u8', nibbles: true },
};

/** Kinds of numbers that have a place in the file and no meaning here; they are listed and not read. */
const REFUSED: ReadonlySet<string> = new Set(['nf4', 'f4e2m1', 'f8e8m0', 'u1', 'u2', 'u3', 'u6']);

/** Opens the file of weights when the first of them is asked for. */
export type OpenWeights = () => Promise<ByteSource>;

/** A Const as a tensor; undefined for texts. */
export function constantEntry(file: string, layer: IrLayer, openWeights: OpenWeights): TensorEntry | undefined {
  const { name, data } = layer;
  const label = `tensor ${printable(name)}`;
  const type = data.get('element_type') ?? '';
  if (type === 'string') return undefined;
  const text = (data.get('shape') ?? '').trim();
  const shape = text === '' ? [] : text.split(',').map((size) => numberOf(file, label, 'shape', size));
  const count = checkShape(file, label, shape);
  const known = Object.hasOwn(TYPES, type) ? TYPES[type]! : undefined;
  if (!known) {
    if (!REFUSED.has(type))
      throw new UnsupportedError(
        `${file}: ${label} has the element type ${printable(type) || 'none'}, which is not read.`,
      );
    const refused = `stored as ${type}`;
    const read = async () => {
      throw new UnsupportedError(`${file}: ${label} is ${refused}, which is not read.`);
    };
    return { name, dtype: 'u8', shape, refused, read };
  }
  const { dtype, nibbles } = known;
  const start = numberOf(file, label, 'offset', data.get('offset') ?? '');
  const size = numberOf(file, label, 'size', data.get('size') ?? '');
  const bytes = nibbles ? Math.ceil(count / 2) : count * BYTES_PER_ELEMENT[dtype];
  if (size !== bytes)
    throw new FormatError(
      `${file}: ${label} (${type} ${formatShape(shape)}) needs ${bytes} bytes, but the file gives it ${size}.`,
    );
  return {
    name,
    dtype,
    shape,
    async read() {
      const stored = await readRange(await openWeights(), `${label} of ${file}`, start, start + size);
      return { shape, data: decodeFloats(nibbles ? unpackNibbles(stored, count, dtype === 'i8') : stored, dtype) };
    },
  };
}

function numberOf(file: string, label: string, field: string, text: string): number {
  const value = /^\s*\d{1,16}\s*$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new FormatError(
    `${file}: ${label} has the ${field} ${JSON.stringify(printable(text))}, where a whole number of at least 0 is expected.`,
  );
}
