import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError, UnsupportedError } from '../../base/errors.ts';
import { type PickleResult, runPickle } from './pickle.ts';
import { PICKLE_LIMITS } from './pickle-limits.ts';
import { isRecord, type PickleValue, type StorageReference } from './pickle-values.ts';
import { persistentValue } from './storages.ts';
import type { StorageFinder } from './tensor-entries.ts';
import type { Checkpoint } from './zip-checkpoint.ts';

/** The number that the first of the five pickles holds. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** First looks at a small pickle and at the one with the values; longer ones are read again, four times as long. */
const SMALL_WINDOW = 4_096;
const LARGE_WINDOW = 65_536;

/**
 * The form before PyTorch 1.6: five pickles (a magic number, a version, facts about the machine, the values, the keys
 * of the storages), then each storage as a 64-bit element count and its bytes. The storages' places follow from the
 * counts in the pickle; none of their bytes is read here. A file of one pickle with NumPy arrays is opened as well.
 */
export async function openLegacyCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const { name: file } = source;
  const storages = new Map<string, StorageReference>();
  const persistentLoad = (id: PickleValue): PickleValue => {
    const storage = persistentValue(file, id);
    if (!isRecord(storage) || storage.kind !== 'storage') return storage;
    const known = storages.get(storage.key);
    if (known && known.byteLength !== storage.byteLength)
      throw new FormatError(
        `${file}: storage ${printable(storage.key)} has ${known.byteLength} bytes at one place and ${storage.byteLength} at another.`,
      );
    storages.set(storage.key, storage);
    return storage;
  };
  const next = async (start: number, window: number) => readPickle(source, start, window, persistentLoad);

  const magic = await next(0, SMALL_WINDOW);
  if (magic.value !== MAGIC) return { root: magic.value, find: noStorages(file), unknown: magic.unknown };
  const version = await next(magic.end, SMALL_WINDOW);
  if (version.value !== PROTOCOL_VERSION)
    throw new UnsupportedError(
      `${file}: its version is ${shown(version.value)}; of PyTorch's old form, ${PROTOCOL_VERSION} is read.`,
    );
  const machine = await next(version.end, SMALL_WINDOW);
  if (machine.value instanceof Map && machine.value.get('little_endian') === false)
    throw new UnsupportedError(`${file}: saved on a big-endian machine, which is not read.`, {
      hint: 'Load it and save it again on a little-endian machine.',
    });
  const root = await next(machine.end, LARGE_WINDOW);
  const keys = await next(root.end, SMALL_WINDOW);
  return {
    root: root.value,
    unknown: root.unknown,
    find: storageFinder(source, storages, placeStorages(source, storages, keys.value, keys.end)),
  };
}

/** A pickle does not tell its length, so it is run over a window that grows until it ends within. */
async function readPickle(
  source: ByteSource,
  start: number,
  firstWindow: number,
  persistentLoad: (id: PickleValue) => PickleValue,
): Promise<PickleResult> {
  for (let window = firstWindow; ; window = Math.min(4 * window, PICKLE_LIMITS.bytes)) {
    const end = Math.min(start + window, source.byteLength);
    const bytes = await readRange(source, 'a pickle', start, end);
    const result = runPickle(bytes, { file: source.name, complete: end === source.byteLength, persistentLoad });
    if (result) return { ...result, end: start + result.end };
    if (window === PICKLE_LIMITS.bytes)
      throw new LimitError(`${source.name}: a pickle has more than ${PICKLE_LIMITS.bytes} bytes.`);
  }
}

/** Where each storage's element count stands: one storage behind the other, in the order of the keys. */
function placeStorages(
  source: ByteSource,
  storages: ReadonlyMap<string, StorageReference>,
  keys: PickleValue,
  start: number,
): Map<string, number> {
  const { name: file } = source;
  if (!Array.isArray(keys)) throw new FormatError(`${file}: the list of storages is not a list.`);
  const places = new Map<string, number>();
  let at = start;
  for (const keyValue of keys) {
    const key = typeof keyValue === 'number' ? String(keyValue) : keyValue;
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (typeof key !== 'string' || !storage || places.has(key))
      throw new FormatError(
        `${file}: the list of storages names ${shown(keyValue)}, which no tensor uses or which it named before.`,
      );
    checkRange(source, `storage ${printable(key)}`, at, at + 8 + storage.byteLength);
    places.set(key, at);
    at += 8 + storage.byteLength;
  }
  return places;
}

function storageFinder(
  source: ByteSource,
  storages: ReadonlyMap<string, StorageReference>,
  places: ReadonlyMap<string, number>,
): StorageFinder {
  const { name: file } = source;
  return ({ key }) => {
    const place = places.get(key);
    const storage = storages.get(key);
    if (place === undefined || !storage)
      throw new FormatError(`${file}: storage ${printable(key)} is not in the list of storages.`);
    /** A count that differs from the pickle's means that the places are wrong, so it is checked before any use. */
    const checkCount = async (): Promise<void> => {
      const bytes = await source.read(place, place + 8);
      const count = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
      const expected = storage.byteLength / storage.type.elementBytes;
      if (count !== BigInt(expected))
        throw new FormatError(
          `${file}: storage ${printable(key)} should have ${expected} elements, but ${count} stand at byte ${place}.`,
        );
    };
    return {
      read: async (start, end) => {
        await checkCount();
        return source.read(place + 8 + start, place + 8 + end);
      },
    };
  };
}

/** A pickle alone can hold NumPy arrays, but no storages. */
function noStorages(file: string): StorageFinder {
  return () => {
    throw new FormatError(`${file}: a bare pickle whose tensors' storages are not in the file.`, {
      hint: 'Save it with torch.save, not with pickle.dump.',
    });
  };
}

function shown(value: PickleValue): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? printable(String(value))
    : 'no text';
}
