import { pagedSource } from '../../base/bytes/byte-pages.ts';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType } from '../../tensor/dtype.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { storedArray } from '../stored-array.ts';

/**
 * MXNet's `.params` (of `Module` and of Gluon): a list of arrays, then one of names such as "arg:fc1_weight" or
 * "output.weight". Names are kept as they are.
 */
export const mxnetFormat: ModelFormat = {
  name: 'mxnet',
  title: 'MXNet',
  extensions: ['.params'],
  hub: { rank: 9, names: [/^[^/]+\.params$/] },
  head: { classAxis: 'first' },
  match: (head) => [0x12, 1, 0, 0, 0, 0, 0, 0].every((byte, i) => head[i] === byte),
  open: openMxnet,
};

/** Marks of arrays by version; the first versions begin with the number of axes. */
const V1 = 0xf993fac8;
const V2 = 0xf993fac9;
const V3 = 0xf993faca;

/** mshadow's numbers of element types. */
const DTYPES: readonly (DType | undefined)[] = [
  'f32',
  'f64',
  'f16',
  'u8',
  'i32',
  'i8',
  'i64',
  'bool',
  'i16',
  'u16',
  'u32',
  'u64',
  'bf16',
];

/** The list's mark, a reserved number, the count. */
const LIST_BYTES = 24;
/** The most that an array has before its values: mark, storage, axes, 64 sides, device and type. */
const ARRAY_BYTES = 24 + 8 * TENSOR_LIMITS.dimensions;

/** An array's description, and the byte behind it; no place for an array that was never given a shape. */
interface StoredArray {
  readonly place?: { readonly dtype: DType; readonly shape: readonly number[]; readonly start: number };
  readonly end: number;
}

async function openMxnet(file: ByteSource): Promise<ModelFile> {
  const source = pagedSource(file);
  const head = await cursorAt(source, 'the list of arrays', 0, LIST_BYTES);
  head.skip(16);
  const count = head.u64('the number of arrays');
  checkLimit(source.name, 'the number of arrays', count, LIMITS.tensors);
  const arrays: StoredArray['place'][] = [];
  let at = LIST_BYTES;
  for (let i = 0; i < count; i++) {
    const { place, end } = await readArray(source, `array ${i} of ${count}`, at);
    arrays.push(place);
    at = end;
  }
  const names = await readNames(source, at, count);
  const tensors = new Map<string, TensorEntry>();
  for (const [i, name] of names.entries()) {
    const place = arrays[i];
    if (tensors.has(name)) throw new FormatError(`${source.name}: two arrays have the name ${printable(name)}.`);
    if (place) tensors.set(name, storedArray(source, { name, ...place }));
  }
  return { format: 'mxnet', name: source.name, tensors, metadata: {} };
}

async function readArray(source: ByteSource, what: string, at: number): Promise<StoredArray> {
  const { name: file } = source;
  const cursor = await cursorAt(source, what, at, Math.min(ARRAY_BYTES, source.byteLength - at));
  const mark = cursor.u32();
  if (mark === V2 || mark === V3) {
    const storage = cursor.i32();
    if (storage !== 0)
      throw new UnsupportedError(`${file}: ${what} is stored sparse (kind ${storage}); dense arrays are read.`, {
        hint: "Save it dense: array.tostype('default').",
        file,
      });
  }
  const isVersioned = mark === V1 || mark === V2 || mark === V3;
  const axes = mark === V3 ? cursor.i32() : isVersioned ? cursor.u32() : mark;
  // Arrays without a shape have nothing behind it.
  if (axes === (mark === V3 ? -1 : 0)) return { end: at + cursor.place() };
  checkLimit(file, `the number of dimensions of ${what}`, axes, TENSOR_LIMITS.dimensions);
  const shape = Array.from({ length: axes }, () => (isVersioned ? cursor.u64('a side') : cursor.u32()));
  cursor.skip(8);
  const type = cursor.i32();
  const dtype = DTYPES[type];
  if (!dtype) throw new UnsupportedError(`${file}: ${what} has the element type ${type}, which is not read.`, { file });
  const start = at + cursor.place();
  const end = start + checkShape(file, what, shape) * BYTES_PER_ELEMENT[dtype];
  checkRange(source, what, start, end);
  return { place: { dtype, shape, start }, end };
}

/** The names behind the arrays, one for each; where there are none, arrays go by their numbers. */
async function readNames(source: ByteSource, from: number, arrays: number): Promise<string[]> {
  const { name: file } = source;
  const count = (await cursorAt(source, 'the number of names', from, 8)).u64('the number of names');
  if (count !== arrays && count !== 0) throw new FormatError(`${file}: there are ${count} names for ${arrays} arrays.`);
  const names: string[] = [];
  let at = from + 8;
  for (let i = 0; i < count; i++) {
    const what = `name ${i} of ${count}`;
    const length = (await cursorAt(source, what, at, 8)).u64(`the length of ${what}`);
    checkLimit(file, `the length of ${what}`, length, LIMITS.nameLength);
    names.push(new TextDecoder().decode(await readRange(source, what, at + 8, at + 8 + length)));
    at += 8 + length;
  }
  if (at !== source.byteLength)
    throw new FormatError(
      `${file}: MXNet's list of names ends at byte ${at}, but the file has ${source.byteLength} bytes.`,
    );
  return count > 0 ? names : Array.from({ length: arrays }, (_, i) => String(i));
}

/** Reads numbers one after the other from `length` bytes at `start`; beyond them the file is cut off. */
async function cursorAt(source: ByteSource, what: string, start: number, length: number) {
  const bytes = await readRange(source, what, start, start + Math.max(0, length));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place = 0;
  const take = (size: number): number => {
    if (place + size > bytes.length)
      throw new FormatError(`${source.name}: ${what} breaks off at byte ${start + bytes.length}.`, {
        hint: 'The file is truncated or damaged; download or save it again.',
      });
    place += size;
    return place - size;
  };
  return {
    place: () => place,
    skip: (size: number) => void take(size),
    u32: () => view.getUint32(take(4), true),
    i32: () => view.getInt32(take(4), true),
    u64(number: string): number {
      const value = view.getBigUint64(take(8), true);
      if (value > 2n ** 53n) throw new FormatError(`${source.name}: ${number} of ${what} is ${value}.`);
      return Number(value);
    },
  };
}
