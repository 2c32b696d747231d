import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { memorySource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import { protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { maskedCrc32c } from '../../formats/sstable/crc32c.ts';
import { readTable } from '../../formats/sstable/read-table.ts';
import { checkByteCount } from '../../tensor/check-shape.ts';
import { decodeFloats } from '../../tensor/dtype.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { STRING_TYPE, storedType } from './data-types.ts';
import { readTensorShape } from './tensor-proto.ts';

/** Entries of a checkpoint; the largest networks have some 10,000 with the states of their optimisers. */
const MAX_ENTRIES = 50_000;

/** Where the value of a variable lies: a BundleEntryProto. */
interface BundleEntry {
  readonly type: number;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly start: number;
  readonly size: number;
  readonly crc: number;
  /** True for a variable that is stored in parts. */
  readonly sliced: boolean;
}

/** The values of a checkpoint: an index and shards of data beside it. */
export interface Bundle {
  readonly file: string;
  /** Variables by their keys, in order; those of strings and the like are left out. */
  readonly variables: ReadonlyMap<string, TensorEntry>;
  /** What is equal for variables of equal type, shape and values. */
  likeness(key: string): string;
  /** The single text under a key, as a source of its own; undefined where there is none. */
  openText(key: string): Promise<ByteSource | undefined>;
}

/**
 * Reads the index of a tensor bundle.
 * @param openShard A file of data beside the index, by the end of its name, such as ".data-00000-of-00001".
 */
export async function readBundle(
  index: ByteSource,
  openShard: (ending: string) => Promise<ByteSource | undefined>,
): Promise<Bundle> {
  const { name: file } = index;
  const table = await readTable(index);
  const shards = await readHeader(file, table.get(''));
  checkLimit(file, 'the number of entries of the checkpoint', table.size - 1, MAX_ENTRIES);
  const opened = new Map<number, Promise<ByteSource>>();
  const shardOf = (shard: number): Promise<ByteSource> => {
    let found = opened.get(shard);
    if (!found) opened.set(shard, (found = findShard(file, shardEnding(shard, shards), openShard)));
    return found;
  };
  const entries = new Map<string, BundleEntry>();
  const variables = new Map<string, TensorEntry>();
  for (const [key, value] of table) {
    // The header, and parts of partitioned variables, whose keys begin with a 0.
    if (key === '' || key.startsWith('\0')) continue;
    const entry = await readEntry(file, key, value);
    if (entry.shard < 0 || entry.shard >= shards)
      throw new FormatError(`${file}: ${printable(key)} lies in the shard ${entry.shard} of ${shards}.`);
    entries.set(key, entry);
    const tensor = toTensor(file, key, entry, shardOf);
    if (tensor) variables.set(key, tensor);
  }
  return {
    file,
    variables,
    likeness(key) {
      const { type, shape, size, crc } = entries.get(key)!;
      return [type, shape.join('×'), size, crc].join(' ');
    },
    async openText(key) {
      const entry = entries.get(key);
      if (entry?.type !== STRING_TYPE || entry.shape.length > 0) return undefined;
      checkLimit(file, `the size of ${key}`, entry.size, LIMITS.headerBytes);
      const shard = await shardOf(entry.shard);
      const bytes = await readRange(shard, key, entry.start, entry.start + entry.size);
      return memorySource(`${file}: ${key}`, textOf(file, key, bytes));
    },
  };
}

/** The files of data of a bundle, for who needs their bytes rather than their tensors. */
export async function listShards(
  index: ByteSource,
  openShard: (ending: string) => Promise<ByteSource | undefined>,
): Promise<ByteSource[]> {
  const shards = await readHeader(index.name, (await readTable(index)).get(''));
  const endings = Array.from({ length: shards }, (_, shard) => shardEnding(shard, shards));
  return Promise.all(endings.map((ending) => findShard(index.name, ending, openShard)));
}

function shardEnding(shard: number, shards: number): string {
  return `.data-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}`;
}

async function findShard(
  file: string,
  ending: string,
  openShard: (ending: string) => Promise<ByteSource | undefined>,
): Promise<ByteSource> {
  const shard = await openShard(ending);
  if (shard) return shard;
  throw new FormatError(`${file}: its values, the file ${file.replace(/\.index$/, '')}${ending}, are not beside it.`, {
    hint: 'Put all files of the checkpoint into one folder, under the names that TensorFlow gave them.',
  });
}

/** The number of shards, from the BundleHeaderProto under the empty key. */
async function readHeader(file: string, bytes: Uint8Array | undefined): Promise<number> {
  if (!bytes) throw new FormatError(`${file}: is a table, but not the index of a TensorFlow checkpoint.`);
  const proto = protoReader(memorySource(file, bytes));
  let shards = 0;
  for await (const field of proto.fields('the header of the checkpoint', { start: 0, end: bytes.length })) {
    if (field.wire !== 0) continue;
    if (field.number === 1) shards = field.value;
    else if (field.number === 2 && field.value !== 0)
      throw new UnsupportedError(`${file}: the checkpoint was written big-endian; little-endian ones are read.`);
  }
  checkLimit(file, 'the number of shards', shards, LIMITS.shards);
  if (shards < 1) throw new FormatError(`${file}: the checkpoint has ${shards} shards.`);
  return shards;
}

async function readEntry(file: string, key: string, bytes: Uint8Array): Promise<BundleEntry> {
  const what = `the entry ${printable(key)}`;
  const proto = protoReader(memorySource(file, bytes));
  const entry = { type: 0, shape: [] as number[], shard: 0, start: 0, size: 0, crc: 0, sliced: false };
  for await (const field of proto.fields(what, { start: 0, end: bytes.length })) {
    const { number, wire, value } = field;
    if (number === 1 && wire === 0) entry.type = value;
    else if (number === 2 && wire === 2) entry.shape = await readTensorShape(proto, field, what);
    else if (number === 3 && wire === 0) entry.shard = value;
    else if (number === 4 && wire === 0) entry.start = value;
    else if (number === 5 && wire === 0) entry.size = value;
    else if (number === 6 && wire === 5)
      entry.crc = new DataView(bytes.buffer, bytes.byteOffset + field.start, 4).getUint32(0, true);
    else if (number === 7) entry.sliced = true;
  }
  return entry;
}

function toTensor(
  file: string,
  key: string,
  { type, shape, shard, start, size, crc, sliced }: BundleEntry,
  shardOf: (shard: number) => Promise<ByteSource>,
): TensorEntry | undefined {
  const dtype = storedType(type);
  if (!dtype) return undefined;
  const label = `tensor ${printable(key)}`;
  if (sliced)
    return {
      name: key,
      dtype,
      shape,
      refused: 'stored in parts by a partitioner',
      read: async () => {
        throw new UnsupportedError(`${file}: ${label} is stored in parts by a partitioner, which is not read.`);
      },
    };
  checkByteCount(file, label, shape, dtype, size);
  return {
    name: key,
    dtype,
    shape,
    async read() {
      const source = await shardOf(shard);
      const bytes = await readRange(source, `${label} of ${file}`, start, start + size);
      if (maskedCrc32c(bytes) !== crc)
        throw new FormatError(`${source.name}: ${label} does not have the checksum that ${file} has for it.`, {
          hint: 'The files are damaged or of two checkpoints; download or save them again.',
        });
      return { shape, data: decodeFloats(bytes, dtype) };
    },
  };
}

/** A tensor of one text: its length, a checksum of that, and the text. */
function textOf(file: string, key: string, bytes: Uint8Array): Uint8Array {
  let at = 0;
  while (at < bytes.length && at < 10 && bytes[at]! >= 128) at++;
  const text = bytes.subarray(at + 1 + 4);
  if (at + 5 > bytes.length) throw new FormatError(`${file}: ${key} breaks off.`);
  return text;
}
