import { pagedSource } from '../../base/bytes/byte-pages.ts';
import { type ByteSource, memorySource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { checkShape, TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { BYTES_PER_ELEMENT, type DType, decodeFloats } from '../../tensor/dtype.ts';
import { columnMajorStrides, gatherStrided } from '../../tensor/strided.ts';
import { formatShape } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { LIMITS } from '../limits.ts';
import { inflatedElement } from './inflated-element.ts';

/** What a MAT-file of version 5 holds: numeric arrays and texts by their paths, such as "net.layers{3}.weights{1}". */
export interface MatFile {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly texts: ReadonlyMap<string, string>;
  /** Paths of what is neither: sparse and complex arrays, functions, objects. */
  readonly left: readonly string[];
}

const HEADER_BYTES = 128;
const MATRIX = 14;
const COMPRESSED = 15;
/** Cells and structs within one another. */
const MAX_DEPTH = 64;
/** What a matrix costs of the budget: its flags, sides, name and data are read one by one. */
const MATRIX_STEPS = 20;
/** Characters of a text that is kept. */
const MAX_TEXT = 4_096;
const COMPLEX = 0x0800;

/** Types of the data of an element. */
const DATA_TYPES: Readonly<Record<number, DType>> = {
  1: 'i8',
  2: 'u8',
  3: 'i16',
  4: 'u16',
  5: 'i32',
  6: 'u32',
  7: 'f32',
  9: 'f64',
  12: 'i64',
  13: 'u64',
};

/** Classes of numeric arrays, whose data may be stored in a smaller type. */
const CLASSES: Readonly<Record<number, DType>> = {
  6: 'f64',
  7: 'f32',
  8: 'i8',
  9: 'u8',
  10: 'i16',
  11: 'u16',
  12: 'i32',
  13: 'u32',
  14: 'i64',
  15: 'u64',
};
const [CELL, STRUCT, OBJECT, CHAR] = [1, 2, 3, 4] as const;

/** An element: the type of its data, where they lie, and the byte behind it and its padding. */
interface Element {
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

interface Walk {
  readonly source: ByteSource;
  readonly budget: FileBudget;
  readonly tensors: Map<string, TensorEntry>;
  readonly texts: Map<string, string>;
  readonly left: string[];
}

/** True for the first bytes of a MAT-file of version 5, little-endian or not. */
export function looksLikeMat5(head: Uint8Array): boolean {
  const order = String.fromCharCode(head[126] ?? 0, head[127] ?? 0);
  const version = order === 'IM' ? head[125] : order === 'MI' ? head[124] : undefined;
  return head.length >= HEADER_BYTES && version === 1;
}

/** @throws FormatError, LimitError or UnsupportedError for what is broken, too large or big-endian. */
export async function readMat5(file: ByteSource, budget: FileBudget): Promise<MatFile> {
  const source = pagedSource(file);
  const header = await readRange(source, 'the header', 0, HEADER_BYTES);
  if (header[126] !== 0x49)
    throw new UnsupportedError(`${source.name}: is a MAT-file with big-endian numbers; little-endian ones are read.`, {
      hint: 'Save it again on a machine of today: save("model.mat", "-v7").',
    });
  const walk: Walk = { source, budget, tensors: new Map(), texts: new Map(), left: [] };
  let inflated = 0;
  for (let at = HEADER_BYTES; at < source.byteLength; ) {
    const element = await readElement(source, 'a variable', at, source.byteLength);
    if (element.type === COMPRESSED) {
      const bytes = await inflatedElement(source, element.start, element.end, inflated);
      inflated += bytes.length;
      const inner = { ...walk, source: memorySource(source.name, bytes) };
      await readMatrix(inner, '', await readElement(inner.source, 'a variable', 0, bytes.length), 0);
    } else if (element.type === MATRIX) await readMatrix(walk, '', element, 0);
    else
      throw new FormatError(
        `${source.name}: a variable at byte ${at} has the type ${element.type}, where 14 or 15 is expected.`,
      );
    // Compressed elements have no padding.
    at = element.type === COMPRESSED ? element.end : element.next;
  }
  return walk;
}

async function readElement(source: ByteSource, what: string, at: number, limit: number): Promise<Element> {
  const cutOff = (end: number) => {
    if (end > limit)
      throw new FormatError(`${source.name}: ${what} lies at bytes ${at} to ${end}, but only ${limit} are there.`, {
        hint: 'The file is truncated or damaged; download or save it again.',
      });
  };
  cutOff(at + 8);
  const tag = await readRange(source, what, at, at + 8);
  const view = new DataView(tag.buffer, tag.byteOffset, 8);
  const type = view.getUint32(0, true);
  if (type >= 2 ** 16) {
    // Up to four bytes lie in the tag itself, whose upper half is their number.
    const length = type >>> 16;
    if (length > 4)
      throw new FormatError(`${source.name}: ${what} at byte ${at} has ${length} bytes within its tag; 4 fit.`);
    return { type: type & 0xffff, start: at + 4, end: at + 4 + length, next: at + 8 };
  }
  const start = at + 8;
  const end = start + view.getUint32(4, true);
  cutOff(end);
  return { type, start, end, next: Math.min(limit, start + Math.ceil((end - start) / 8) * 8) };
}

/** Reads the matrix (array, cell, struct or text) in `element`; a variable of its own has its name within. */
async function readMatrix(walk: Walk, path: string, element: Element, depth: number): Promise<void> {
  const { source, budget } = walk;
  const what = path === '' ? 'a variable' : printable(path);
  budget.charge('steps', MATRIX_STEPS, 'the list of variables');
  checkLimit(source.name, 'the depth of cells and structs', depth, MAX_DEPTH);
  if (element.type !== MATRIX)
    throw new FormatError(`${source.name}: ${what} has the type ${element.type}, where 14 (an array) is expected.`);
  // An empty cell.
  if (element.end === element.start) return;
  const part = (at: number) => readElement(source, what, at, element.end);
  const flags = await part(element.start);
  const [first = 0] = await integers(source, what, flags, 2);
  const kind = first & 0xff;
  const sides = await part(flags.next);
  const shape = await integers(source, what, sides, TENSOR_LIMITS.dimensions);
  const ownName = await part(sides.next);
  const name = path === '' ? await text(source, what, ownName, LIMITS.nameLength) : path;
  budget.charge('characters', name.length, "the names of the file's values");
  checkLimit(source.name, 'the length of a name', name.length, LIMITS.nameLength);
  if (kind === CELL || kind === STRUCT || kind === OBJECT)
    return readParts(walk, name, kind, shape, ownName.next, element, depth);
  const dtype = CLASSES[kind];
  if ((!dtype && kind !== CHAR) || first & COMPLEX) {
    walk.left.push(name);
    return;
  }
  const count = checkShape(source.name, printable(name), shape);
  const data = count === 0 && ownName.next >= element.end ? undefined : await part(ownName.next);
  if (kind === CHAR) {
    if (data && count <= MAX_TEXT) walk.texts.set(name, await text(source, what, data, 4 * MAX_TEXT));
    return;
  }
  if (walk.tensors.has(name)) throw new FormatError(`${source.name}: two arrays have the name ${printable(name)}.`);
  if (data) walk.tensors.set(name, arrayEntry(source, name, dtype!, shape, count, data));
  checkLimit(source.name, 'the number of tensors', walk.tensors.size, LIMITS.tensors);
}

/** The parts of a cell, "NAME{1}", and of a struct, "NAME.field", of several structs "NAME(2).field". */
async function readParts(
  walk: Walk,
  name: string,
  kind: number,
  shape: readonly number[],
  from: number,
  element: Element,
  depth: number,
): Promise<void> {
  const { source } = walk;
  const what = printable(name);
  const part = (at: number) => readElement(source, what, at, element.end);
  let at = from;
  // An object has the name of its class before its fields.
  if (kind === OBJECT) at = (await part(at)).next;
  let fields: string[] = [''];
  if (kind !== CELL) {
    const lengthPart = await part(at);
    const [length = 0] = await integers(source, what, lengthPart, 1);
    const names = await part(lengthPart.next);
    fields = await fieldNames(source, what, names, length);
    at = names.next;
  }
  const count = checkShape(source.name, what, shape);
  for (let i = 0; i < count; i++)
    for (const field of fields) {
      const inner = await part(at);
      const owner = kind === CELL ? `${name}{${i + 1}}` : count === 1 ? name : `${name}(${i + 1})`;
      await readMatrix(walk, kind === CELL ? owner : `${owner}.${field}`, inner, depth + 1);
      at = inner.next;
    }
}

/** Names of fields, each in as many bytes, with zeros behind. */
async function fieldNames(
  source: ByteSource,
  what: string,
  { start, end }: Element,
  length: number,
): Promise<string[]> {
  if (length < 1 || length > LIMITS.nameLength || (end - start) % length !== 0)
    throw new FormatError(
      `${source.name}: the names of the fields of ${what} have ${length} bytes each, ${end - start} together.`,
    );
  checkLimit(source.name, `the number of fields of ${what}`, (end - start) / length, LIMITS.tensors);
  const bytes = await readRange(source, what, start, end);
  return Array.from({ length: bytes.length / length }, (_, i) =>
    new TextDecoder('latin1').decode(bytes.subarray(i * length, (i + 1) * length)).replace(/\0.*$/s, ''),
  );
}

async function integers(
  source: ByteSource,
  what: string,
  { type, start, end }: Element,
  most: number,
): Promise<number[]> {
  if (type !== 5 && type !== 6)
    throw new FormatError(`${source.name}: ${what} has the type ${type}, where 32-bit integers are expected.`);
  checkLimit(source.name, `the number of dimensions or flags of ${what}`, (end - start) / 4, most);
  return Array.from(decodeFloats(await readRange(source, what, start, end), type === 5 ? 'i32' : 'u32'));
}

async function text(source: ByteSource, what: string, { type, start, end }: Element, most: number): Promise<string> {
  checkLimit(source.name, `the length of the text of ${what}`, end - start, most);
  const bytes = await readRange(source, what, start, end);
  const isWide = type === 4 || type === 17;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** A numeric array. MATLAB keeps arrays column by column, and a vector as a matrix of one row or column. */
function arrayEntry(
  source: ByteSource,
  name: string,
  dtype: DType,
  sides: readonly number[],
  count: number,
  { type, start, end }: Element,
): TensorEntry {
  const stored = DATA_TYPES[type];
  if (!stored)
    throw new FormatError(`${source.name}: ${printable(name)} has data of the type ${type}, which holds no numbers.`);
  const bytes = count * BYTES_PER_ELEMENT[stored];
  if (end - start !== bytes)
    throw new FormatError(
      `${source.name}: ${printable(name)} (${stored} ${formatShape(sides)}) needs ${bytes} bytes, but the file gives it ${end - start}.`,
    );
  checkRange(source, printable(name), start, end);
  const shape = sides.length === 2 && sides.includes(1) ? [count] : sides;
  return {
    name,
    dtype,
    shape,
    async read() {
      const data = decodeFloats(await readRange(source, printable(name), start, end), stored);
      return shape.length < 2 ? { shape, data } : gatherStrided(data, shape, columnMajorStrides(shape));
    },
  };
}
