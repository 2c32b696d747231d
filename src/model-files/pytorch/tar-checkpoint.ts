import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { TENSOR_LIMITS } from '../../tensor/check-shape.ts';
import { runPickle } from './pickle.ts';
import { PICKLE_LIMITS } from './pickle-limits.ts';
import { isRecord, type PickleValue, type StorageReference, type TensorRecord } from './pickle-values.ts';
import type { StorageFinder } from './tensor-entries.ts';
import type { Checkpoint } from './zip-checkpoint.ts';

const BLOCK = 512;
/** Files of the archive; the form has four. */
const MAX_FILES = 64;
const TAR_NAMES = ['sys_info', 'pickle', 'storages', 'tensors'] as const;

interface Part {
  readonly start: number;
  readonly end: number;
}

const latin1 = new TextDecoder('latin1');

/** True for a tar archive whose first file is one of the four of this form. */
export function looksLikeTarCheckpoint(head: Uint8Array): boolean {
  if (head.length < 262 || latin1.decode(head.subarray(257, 262)) !== 'ustar') return false;
  return (TAR_NAMES as readonly string[]).includes(nameOf(head).replace(/\/.*$/, ''));
}

/**
 * The tar form of the earliest releases (before 0.1.10): `storages` has the numbers, `tensors` their shapes, and `pickle`
 * the values, in which a tensor is the key that it has there. No number is read here.
 */
export async function openTarCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const { name: file } = source;
  const files = await listTar(source);
  const part = (name: string): Part => {
    const found = files.get(name);
    if (found) return found;
    throw new FormatError(`${file}: the tar archive lacks ${name}, so it is not a PyTorch checkpoint.`);
  };
  const unknown = new Set<string>();
  const info = await next(source, part('sys_info').start, part('sys_info').end, unknown);
  if (info.value instanceof Map && info.value.get('little_endian') === false)
    throw new UnsupportedError(`${file}: saved on a big-endian machine, which is not read.`, {
      hint: 'Load it and save it again on a little-endian machine.',
    });
  const places = new Map<string, number>();
  const storages = await readStorages(source, part('storages'), places, unknown);
  const tensors = await readTensors(source, part('tensors'), storages, unknown);
  const { start, end } = part('pickle');
  const root = await next(source, start, end, unknown, (id) => {
    if (Array.isArray(id)) return id[0] ?? null;
    const tensor = tensors.get(keyOf(file, id));
    if (!tensor) throw new FormatError(`${file}: the pickle refers to a tensor that the archive does not list.`);
    return tensor;
  });
  const find: StorageFinder = ({ key }) => {
    const at = places.get(key);
    if (at === undefined) throw new FormatError(`${file}: storage ${printable(key)} is not in the archive.`);
    return { read: (from, to) => source.read(at + from, at + to) };
  };
  return { root: root.value, find, unknown };
}

/** Where each file of the archive lies. */
async function listTar(source: ByteSource): Promise<Map<string, Part>> {
  const files = new Map<string, Part>();
  for (let at = 0; at + BLOCK <= source.byteLength; ) {
    const header = await readRange(source, 'a header of the tar archive', at, at + BLOCK);
    if (header[0] === 0) break;
    const size = Number.parseInt(latin1.decode(header.subarray(124, 136)).replace(/[\0 ]+$/, ''), 8);
    if (!Number.isSafeInteger(size) || size < 0)
      throw new FormatError(
        `${source.name}: the tar archive gives ${printable(nameOf(header))} no size at byte ${at}.`,
      );
    const start = at + BLOCK;
    checkRange(source, `${printable(nameOf(header))} in the tar archive`, start, start + size);
    const isFile = header[156] === 0 || header[156] === 0x30;
    if (isFile && !files.has(nameOf(header))) files.set(nameOf(header), { start, end: start + size });
    checkLimit(source.name, 'the number of files of the tar archive', files.size, MAX_FILES);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function nameOf(header: Uint8Array): string {
  return latin1.decode(header.subarray(0, 100)).split('\0')[0]!.replace(/^\.\//, '');
}

/** A count; then of each storage its key, place and type as a pickle, its length and its bytes; then the views of some. */
async function readStorages(
  source: ByteSource,
  { start, end }: Part,
  places: Map<string, number>,
  unknown: Set<string>,
) {
  const { name: file } = source;
  const storages = new Map<string, StorageReference>();
  const count = await next(source, start, end, unknown);
  let at = count.end;
  for (let i = 0; i < countOf(file, count.value, 'storages'); i++) {
    const described = await next(source, at, end, unknown);
    const [keyValue, , type] = Array.isArray(described.value) ? described.value : [];
    if (!type || !isRecord(type) || type.kind !== 'storage type')
      throw new FormatError(`${file}: storage ${i} of the archive has no type.`);
    const key = keyOf(file, keyValue);
    const byteLength = (await int64(source, described.end, end)) * type.elementBytes;
    checkRange(source, `storage ${printable(key)}`, described.end + 8, described.end + 8 + byteLength);
    storages.set(key, { kind: 'storage', key, type, byteLength, viewStart: 0, viewBytes: byteLength });
    places.set(key, described.end + 8);
    at = described.end + 8 + byteLength;
  }
  const views = await next(source, at, end, unknown);
  for (const view of Array.isArray(views.value) ? views.value : []) {
    const [target, root, offset, length] = Array.isArray(view) ? view : [];
    const whole = storages.get(keyOf(file, root));
    if (!whole || typeof offset !== 'number' || typeof length !== 'number')
      throw new FormatError(`${file}: a view of a storage in the archive is not described.`);
    const viewStart = offset * whole.type.elementBytes;
    const viewBytes = length * whole.type.elementBytes;
    if (!(viewStart >= 0 && viewBytes >= 0 && viewStart + viewBytes <= whole.byteLength))
      throw new FormatError(
        `${file}: a view of storage ${printable(whole.key)} reaches past its ${whole.byteLength} bytes.`,
      );
    storages.set(keyOf(file, target), { ...whole, viewStart, viewBytes });
  }
  return storages;
}

/** A count; then of each tensor its key, storage and type as a pickle, and shape, strides and offset as integers. */
async function readTensors(
  source: ByteSource,
  { start, end }: Part,
  storages: ReadonlyMap<string, StorageReference>,
  unknown: Set<string>,
) {
  const { name: file } = source;
  const tensors = new Map<string, TensorRecord>();
  const count = await next(source, start, end, unknown);
  let at = count.end;
  for (let i = 0; i < countOf(file, count.value, 'tensors'); i++) {
    const described = await next(source, at, end, unknown);
    const [keyValue, storageKey] = Array.isArray(described.value) ? described.value : [];
    const storage = storages.get(keyOf(file, storageKey));
    if (!storage) throw new FormatError(`${file}: tensor ${i} of the archive has no storage.`);
    // Four bytes count the dimensions, and four more are left over from when there were eight.
    const rank = new DataView(
      (await readRange(source, 'a tensor', described.end, described.end + 4)).slice().buffer,
    ).getInt32(0, true);
    checkLimit(file, `the number of dimensions of tensor ${i}`, rank, TENSOR_LIMITS.dimensions);
    const numbers: number[] = [];
    for (let n = 0; n < 2 * rank + 1; n++) numbers.push(await int64(source, described.end + 8 + 8 * n, end));
    const { name: dtypeName, dtype, elementBytes } = storage.type;
    tensors.set(keyOf(file, keyValue), {
      kind: 'tensor',
      storage,
      dtype,
      dtypeName,
      elementBytes,
      offset: numbers[2 * rank]!,
      shape: numbers.slice(0, rank),
      strides: numbers.slice(rank, 2 * rank),
    });
    at = described.end + 8 + 8 * (2 * rank + 1);
  }
  return tensors;
}

/** The pickle at a place, which does not tell its length: the window grows until it ends within. */
async function next(
  source: ByteSource,
  start: number,
  end: number,
  unknown: Set<string>,
  persistentLoad: (id: PickleValue) => PickleValue = () => null,
): Promise<{ value: PickleValue; end: number }> {
  for (let window = 4096; ; window *= 4) {
    const stop = Math.min(start + Math.min(window, PICKLE_LIMITS.bytes), end);
    const bytes = await readRange(source, 'a pickle', start, stop);
    const complete = stop === end || window >= PICKLE_LIMITS.bytes;
    const result = runPickle(bytes, { file: source.name, complete, persistentLoad });
    if (!result) continue;
    for (const name of result.unknown) unknown.add(name);
    return { value: result.value, end: start + result.end };
  }
}

async function int64(source: ByteSource, at: number, end: number): Promise<number> {
  const bytes = await readRange(source, 'a number of the archive', at, Math.min(at + 8, end));
  if (bytes.length < 8) throw new FormatError(`${source.name}: a number of the archive breaks off at byte ${at}.`);
  const value = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new FormatError(`${source.name}: the archive has ${value} at byte ${at}, where a count was expected.`);
}

function countOf(file: string, value: PickleValue, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new FormatError(`${file}: the archive does not say how many ${what} it has.`);
  checkLimit(file, `the number of ${what}`, value, LIMITS.tensors);
  return value;
}

/** Keys are addresses in the memory of the process that wrote them. */
function keyOf(file: string, value: PickleValue | undefined): string {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return `${value}`;
  throw new FormatError(`${file}: a key of the archive is neither a number nor a text.`);
}
