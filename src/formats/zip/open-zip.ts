import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { inflatedSource, updateCrc32 } from './inflate.ts';

/** Bounds for zip archives; those for inflating are in inflate.ts. */
const ZIP_LIMITS = {
  /** Entries of one archive: a PyTorch checkpoint has one for each storage. */
  entries: 250_000,
  /** Bytes of the central directory; 250,000 entries of ordinary names take about 25 MB. */
  directoryBytes: 50_000_000,
} as const;

/** One file of an archive, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly crc32: number;
  readonly headerOffset: number;
  /** Where the next entry, or the central directory, begins: nothing of this entry may lie behind it. */
  limit: number;
  readonly encrypted: boolean;
}

/** An archive whose central directory was read; no entry's data was. */
export interface ZipArchive {
  readonly name: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * The entry's bytes as a source of its own. A stored entry is read by range; a deflated one is inflated from its
   * start, or from where a long read ended, up to the end of what is asked for and never beyond the size that it claims.
   * @throws UnsupportedError for encryption and for methods other than stored and deflated.
   */
  open(entry: ZipEntry): Promise<ByteSource>;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const END_RECORD_64 = 0x06064b50;
const END_LOCATOR_64 = 0x07064b50;
const STORED = 0;
const DEFLATED = 8;

const utf8 = new TextDecoder();

/** An entry up to this size is read whole along with its local header: one journey instead of two. */
const SMALL_ENTRY_BYTES = 262_144;

/** The end record is 22 bytes and may be followed by a comment of up to 65,535; zip64 has 20 + 56 bytes before it. */
const TAIL_BYTES = 22 + 65_535 + 20 + 56;

/** True for the first bytes of an archive, empty ones included. */
export function looksLikeZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/** The name of the entry that stands first in the file, or undefined; a cheap hint to what the archive is. */
export function firstEntryName(head: Uint8Array): string | undefined {
  if (head.length < 30 || !looksLikeZip(head) || head[2] !== 3) return undefined;
  const length = head[26]! | (head[27]! << 8);
  return head.length < 30 + length ? undefined : utf8.decode(head.subarray(30, 30 + length));
}

/**
 * Reads the central directory of a zip archive, zip64 included. Every offset and size is checked against the file, no
 * two entries may share bytes, and no two may have one name.
 * @throws FormatError where the directory is missing or contradicts itself; LimitError past ZIP_LIMITS.
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const { name: file } = source;
  const directory = await findDirectory(source);
  checkLimit(file, 'the number of zip entries', directory.count, ZIP_LIMITS.entries);
  checkLimit(file, 'the size of the zip directory', directory.size, ZIP_LIMITS.directoryBytes);
  const end = directory.offset + directory.size;
  checkRange(source, 'the zip directory', directory.offset, end);
  const { tail, tailStart } = directory;
  const bytes =
    directory.offset >= tailStart
      ? tail.subarray(directory.offset - tailStart, end - tailStart)
      : await readRange(source, 'the zip directory', directory.offset, end);
  const listed = parseDirectory(file, bytes, directory.count);

  listed.sort((a, b) => a.headerOffset - b.headerOffset);
  const entries = new Map<string, ZipEntry>();
  listed.forEach((entry, i) => {
    const limit = listed[i + 1]?.headerOffset ?? directory.offset;
    const leastEnd = entry.headerOffset + 30 + entry.compressedSize;
    if (leastEnd > directory.offset)
      throw new FormatError(
        `${file}: the zip entry ${printable(entry.name)} claims bytes ${entry.headerOffset} to ${leastEnd}, but the archive's data ends at ${directory.offset}.`,
      );
    if (leastEnd > limit)
      throw new FormatError(
        `${file}: the zip entry ${printable(entry.name)} overlaps ${printable(listed[i + 1]!.name)} at byte ${limit}.`,
      );
    if (entries.has(entry.name))
      throw new FormatError(`${file}: the zip archive holds two entries named ${printable(entry.name)}.`);
    entry.limit = limit;
    entries.set(entry.name, entry);
  });
  return { name: file, entries, open: (entry) => openEntry(source, entry) };
}

interface DirectoryPlace {
  offset: number;
  size: number;
  count: number;
}

/** The directory's place, and the end of the file, which most often holds it whole. */
async function findDirectory(source: ByteSource): Promise<DirectoryPlace & { tail: Uint8Array; tailStart: number }> {
  const tailStart = Math.max(0, source.byteLength - TAIL_BYTES);
  const tail = await readRange(source, 'the end of the zip archive', tailStart, source.byteLength);
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_RECORD || at + 22 + view.getUint16(at + 20, true) !== tail.length) continue;
    if (at >= 20 && view.getUint32(at - 20, true) === END_LOCATOR_64)
      return {
        ...readEndRecord64(source.name, view, tailStart, safeInteger(source.name, view, at - 12)),
        tail,
        tailStart,
      };
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0) throw severalDisks(source.name);
    return {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
      tail,
      tailStart,
    };
  }
  throw new FormatError(`${source.name}: a zip archive without the directory at its end.`, {
    hint: 'The file is truncated; download or save it again.',
  });
}

/** The record of 56 bytes stands before its locator, so the file's tail has it. */
function readEndRecord64(file: string, tail: DataView, tailStart: number, offset: number): DirectoryPlace {
  const at = offset - tailStart;
  if (at < 0 || at + 56 > tail.byteLength || tail.getUint32(at, true) !== END_RECORD_64)
    throw new FormatError(`${file}: there is no zip64 end record at byte ${offset}, where one is announced.`);
  if (tail.getUint32(at + 16, true) !== 0 || tail.getUint32(at + 20, true) !== 0) throw severalDisks(file);
  return {
    count: safeInteger(file, tail, at + 32),
    size: safeInteger(file, tail, at + 40),
    offset: safeInteger(file, tail, at + 48),
  };
}

function parseDirectory(file: string, bytes: Uint8Array, count: number): ZipEntry[] {
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL_HEADER)
      throw new FormatError(`${file}: the zip directory announces ${count} entries, but entry ${i} is not there.`);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > bytes.length)
      throw new FormatError(`${file}: entry ${i} of the zip directory passes the directory's end.`);
    const name = utf8.decode(bytes.subarray(at + 46, nameEnd));
    const wide = zip64Values(file, name, view, nameEnd, extraEnd, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      size: wide[0],
      compressedSize: wide[1],
      headerOffset: wide[2],
      crc32: view.getUint32(at + 16, true),
      limit: 0,
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    });
    at = next;
  }
  return entries;
}

/** Size, compressed size and offset; those that are 2³²−1 stand in the zip64 extra field, in this order. */
function zip64Values(
  file: string,
  name: string,
  view: DataView,
  start: number,
  end: number,
  values: [number, number, number],
): [number, number, number] {
  if (!values.includes(0xffffffff)) return values;
  for (let at = start; at + 4 <= end; ) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true);
    if (fieldEnd > end) break;
    if (view.getUint16(at, true) === 1) {
      let from = at + 4;
      return values.map((value) => {
        if (value !== 0xffffffff) return value;
        if (from + 8 > fieldEnd)
          throw new FormatError(`${file}: the zip64 sizes of the zip entry ${printable(name)} are cut off.`);
        from += 8;
        return safeInteger(file, view, from - 8);
      }) as [number, number, number];
    }
    at = fieldEnd;
  }
  return values;
}

async function openEntry(source: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  const what = `the zip entry ${printable(entry.name)}`;
  const name = `${source.name}/${printable(entry.name)}`;
  if (entry.encrypted) throw new UnsupportedError(`${source.name}: ${what} is encrypted, which is not read.`);
  if (entry.method !== STORED && entry.method !== DEFLATED)
    throw new UnsupportedError(
      `${source.name}: ${what} is compressed by method ${entry.method}; stored (0) and deflated (8) are read.`,
    );
  if (entry.method === STORED && entry.size !== entry.compressedSize)
    throw new FormatError(
      `${source.name}: ${what} is stored, yet its size is given as ${entry.size} and as ${entry.compressedSize} bytes.`,
    );
  const isSmall = entry.limit - entry.headerOffset <= SMALL_ENTRY_BYTES;
  const nameBytes = new TextEncoder().encode(entry.name).length;
  const fetchEnd = isSmall ? entry.limit : Math.min(entry.limit, entry.headerOffset + 30 + nameBytes);
  const fetched = await readRange(source, what, entry.headerOffset, fetchEnd);
  const header = viewOf(fetched);
  if (header.getUint32(0, true) !== LOCAL_HEADER)
    throw new FormatError(
      `${source.name}: ${what} is not at byte ${entry.headerOffset}, where the directory places it.`,
    );
  const ownName = utf8.decode(fetched.subarray(30, 30 + header.getUint16(26, true)));
  if (ownName !== entry.name)
    throw new FormatError(
      `${source.name}: ${what} is called ${printable(ownName)} where it stands; the directory and the entry must agree.`,
    );
  const start = entry.headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const end = start + entry.compressedSize;
  if (end > entry.limit)
    throw new FormatError(
      `${source.name}: ${what} lies at bytes ${start} to ${end}, but the next begins at ${entry.limit}.`,
    );
  const read = async (from: number, to: number): Promise<Uint8Array> =>
    isSmall
      ? fetched.slice(start - entry.headerOffset + from, start - entry.headerOffset + to)
      : source.read(start + from, start + to);
  const compressed: ByteSource = {
    name,
    byteLength: entry.compressedSize,
    read,
    sibling: async () => undefined,
    sha256: async () => undefined,
  };
  return entry.method === STORED
    ? checkedSource(compressed, entry)
    : inflatedSource(compressed, entry.size, entry.crc32);
}

/** A stored entry whose checksum is compared with its bytes when all of them are read; 0 stands for none (PyTorch's option). */
function checkedSource(stored: ByteSource, { crc32 }: ZipEntry): ByteSource {
  return {
    ...stored,
    read: async (from, to) => {
      const bytes = await stored.read(from, to);
      if (from === 0 && to === stored.byteLength && crc32 !== 0 && updateCrc32(0, bytes) >>> 0 !== crc32)
        throw new FormatError(
          `${stored.name}: the stored bytes do not have the checksum (CRC-32) that the zip directory gives.`,
          { hint: 'The file is damaged; download or save it again.' },
        );
      return bytes;
    },
  };
}

function severalDisks(file: string): UnsupportedError {
  return new UnsupportedError(`${file}: a zip archive split over several files is not read.`);
}

function safeInteger(file: string, view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value))
    throw new FormatError(`${file}: a size or offset of the zip archive is ${value}, beyond any file.`);
  return value;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
