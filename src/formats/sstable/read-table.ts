import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';
import { decodeVarint } from '../protobuf/read-protobuf.ts';
import { decompressSnappy } from '../snappy/decompress.ts';
import { maskedCrc32c } from './crc32c.ts';

/** Two block handles, padded to 40 bytes, and the magic number. */
const FOOTER_BYTES = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** The kind of compression and a checksum stand behind each block. */
const TRAILER_BYTES = 5;
/** Writers begin a new block after 4 KiB to 256 KiB. */
const MAX_BLOCK_BYTES = 2 ** 26;
/** Keys, written out, and blocks of a table together: descriptions, not weights. */
const MAX_TABLE_BYTES = 2 ** 26;

const utf8 = new TextDecoder();

/** Whether a source ends like one of LevelDB's tables. */
export async function isTable(source: ByteSource): Promise<boolean> {
  if (source.byteLength < FOOTER_BYTES) return false;
  const end = await source.read(source.byteLength - MAGIC.length, source.byteLength);
  return MAGIC.every((byte, i) => end[i] === byte);
}

/**
 * Reads a sorted table in LevelDB's format, as TensorFlow's checkpoints have it for their index: keys with what they share
 * with the one before them left out, in blocks that are plain or compressed by Snappy, with a checksum for each.
 *
 * @returns The values by their keys, in order.
 * @throws FormatError when the table is broken, LimitError when it holds more than an index does.
 */
export async function readTable(source: ByteSource): Promise<Map<string, Uint8Array>> {
  const { name: file, byteLength } = source;
  const footer = await readRange(source, 'the end of the table', byteLength - FOOTER_BYTES, byteLength);
  const meta = readHandle(file, footer, 0);
  const index = readHandle(file, footer, meta.next);
  const values = new Map<string, Uint8Array>();
  let used = 0;
  const spend = (amount: number): void => {
    used += amount;
    checkLimit(file, 'the size of the table in bytes', used, MAX_TABLE_BYTES);
  };
  const blocks = readEntries(file, 'the index of blocks', await readBlock(source, 'the index of blocks', index), spend);
  let bytes = 0;
  for (const [, handle] of blocks) {
    const { start, size } = readHandle(file, handle, 0);
    // Blocks do not overlap: together they are no larger than the file.
    bytes += size;
    if (bytes > byteLength) throw new FormatError(`${file}: the blocks of the table overlap.`);
    const what = `the block at byte ${start}`;
    const block = await readBlock(source, what, { start, size });
    spend(block.length);
    for (const [key, value] of readEntries(file, what, block, spend)) values.set(utf8.decode(key), value);
    checkLimit(file, 'the number of entries', values.size, LIMITS.tensors);
  }
  return values;
}

interface Handle {
  readonly start: number;
  readonly size: number;
}

function readHandle(file: string, bytes: Uint8Array, at: number): Handle & { next: number } {
  const start = decodeVarint(bytes, at, bytes.length);
  const size = start && decodeVarint(bytes, start.next, bytes.length);
  if (!size) throw new FormatError(`${file}: the place of a block of the table cannot be read.`);
  return { start: start.value, size: size.value, next: size.next };
}

async function readBlock(source: ByteSource, what: string, { start, size }: Handle): Promise<Uint8Array> {
  const { name: file } = source;
  checkLimit(file, `the size of ${what}`, size, MAX_BLOCK_BYTES);
  const stored = await readRange(source, what, start, start + size + TRAILER_BYTES);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  if (maskedCrc32c(stored.subarray(0, size + 1)) !== view.getUint32(size + 1, true))
    throw new FormatError(`${file}: ${what} does not have the checksum that stands behind it.`, {
      hint: 'The file is damaged; download or save it again.',
    });
  const compression = stored[size]!;
  if (compression === 0) return stored.subarray(0, size);
  if (compression === 1) return decompressSnappy(stored.subarray(0, size), `${file}: ${what}`, MAX_BLOCK_BYTES);
  throw new UnsupportedError(
    `${file}: ${what} is compressed in the way ${compression}; plain blocks and Snappy are read.`,
  );
}

/** The entries of a block: what each key shares with the one before, its own rest and its value; then the restarts. */
function readEntries(
  file: string,
  what: string,
  block: Uint8Array,
  spend: (bytes: number) => void,
): [key: Uint8Array, value: Uint8Array][] {
  const broken = (): FormatError => new FormatError(`${file}: ${what} of the table is broken.`);
  if (block.length < 4) throw broken();
  const restarts = new DataView(block.buffer, block.byteOffset).getUint32(block.length - 4, true);
  const end = block.length - 4 - 4 * restarts;
  if (end < 0) throw broken();
  const entries: [Uint8Array, Uint8Array][] = [];
  let last = new Uint8Array(0);
  for (let at = 0; at < end; ) {
    const shared = decodeVarint(block, at, end);
    const own = shared && decodeVarint(block, shared.next, end);
    const length = own && decodeVarint(block, own.next, end);
    if (!length || shared.value < 0 || own.value < 0 || length.value < 0) throw broken();
    const value = length.next + own.value;
    if (shared.value > last.length || value + length.value > end) throw broken();
    checkLimit(file, 'the length of a key', shared.value + own.value, LIMITS.nameLength);
    spend(shared.value + own.value);
    const key = new Uint8Array(shared.value + own.value);
    key.set(last.subarray(0, shared.value));
    key.set(block.subarray(length.next, value), shared.value);
    entries.push([key, block.subarray(value, value + length.value)]);
    last = key;
    at = value + length.value;
  }
  return entries;
}
