import { Inflate } from 'fflate';
import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';

/** Bounds for deflated data, so that a small file cannot ask for much memory. */
export const INFLATE_LIMITS = {
  /** Bytes of one inflated entry: feature maps of a gigabyte are real. */
  bytes: 2 ** 31,
  /** Compression ratio above which an entry larger than `ratioFreeBytes` counts as a bomb; float data stays below 20. */
  ratio: 200,
  ratioFreeBytes: 2 ** 24,
} as const;

/** Compressed bytes handed to the inflater at once: at deflate's best ratio, 1032:1, they make 17 MB. */
const INPUT_BYTES = 16_384;
/** Compressed bytes read from the source at once. */
const READ_BYTES = 1 << 20;

/** A read of at least this many bytes is often followed by one of the bytes behind it. */
const LONG_READ_BYTES = 65_536;

/**
 * The inflated content of `compressed` (raw deflate), which `claimedBy` says has `size` bytes and, where it is known, `crc32`. A read inflates from the start and keeps
 * only what is asked for, so that looking at a header costs a header; after a long one, a read further on continues from
 * there, so that an array that is read in blocks is inflated once.
 * @throws LimitError when the claim passes INFLATE_LIMITS; reading throws FormatError when the data does not keep it.
 */
export function inflatedSource(
  compressed: ByteSource,
  size: number,
  crc32: number | undefined,
  claimedBy = 'the zip directory',
): ByteSource {
  const { name } = compressed;
  checkLimit(name, 'the inflated size', size, INFLATE_LIMITS.bytes);
  if (size > INFLATE_LIMITS.ratioFreeBytes && size > compressed.byteLength * INFLATE_LIMITS.ratio)
    throw new LimitError(
      `${name}: ${compressed.byteLength} bytes claim to inflate to ${size}; at most ${INFLATE_LIMITS.ratio} times as many are read.`,
      { hint: 'This is how a zip bomb looks. If the file is yours, save it uncompressed.' },
    );
  let paused: InflatedPass | undefined;
  return {
    name,
    byteLength: size,
    async read(start, end) {
      // Taken out while it works, so that a read at the same time begins a pass of its own.
      const pass = paused && paused.place() <= start ? paused : inflatedPass(compressed, size, crc32, claimedBy);
      paused = undefined;
      const bytes = await pass.take(start, end);
      if (end - start >= LONG_READ_BYTES && end < size) paused = pass;
      return bytes;
    },
    sibling: async () => undefined,
    sha256: async () => undefined,
  };
}

/** One way through deflated data, from its start towards its end. */
interface InflatedPass {
  /** The first byte that can still be had. */
  place(): number;
  /** Bytes `start` to `end`, none of which lies before the place. */
  take(start: number, end: number): Promise<Uint8Array>;
}

function inflatedPass(
  compressed: ByteSource,
  size: number,
  crc32: number | undefined,
  claimedBy: string,
): InflatedPass {
  const { name, byteLength } = compressed;
  let place = 0;
  let produced = 0;
  let checksum = 0;
  let at = 0;
  /** What was inflated beyond the end of the last read. */
  let kept: Uint8Array[] = [];
  let onChunk: (chunk: Uint8Array) => void = () => undefined;
  const inflater = new Inflate((chunk) => {
    if (produced + chunk.length > size)
      throw new FormatError(`${name}: inflates to more than the ${size} bytes that ${claimedBy} claims.`);
    if (crc32 !== undefined) checksum = updateCrc32(checksum, chunk);
    onChunk(chunk);
    produced += chunk.length;
  });
  let unread = new Uint8Array();
  return {
    place: () => place,
    async take(start, end) {
      const out = new Uint8Array(end - start);
      const rest: Uint8Array[] = [];
      const copy = (chunk: Uint8Array, offset: number): void => {
        const from = Math.max(start, offset);
        const to = Math.min(end, offset + chunk.length);
        if (from < to) out.set(chunk.subarray(from - offset, to - offset), from - start);
        if (offset + chunk.length > end) rest.push(chunk.slice(Math.max(0, end - offset)));
      };
      let offset = produced - kept.reduce((sum, { length }) => sum + length, 0);
      for (const chunk of kept) {
        copy(chunk, offset);
        offset += chunk.length;
      }
      onChunk = (chunk) => copy(chunk, produced);
      while ((produced < end || end === size) && (unread.length > 0 || at < byteLength)) {
        if (unread.length === 0) {
          const block = await compressed.read(at, Math.min(at + READ_BYTES, byteLength));
          at += block.length;
          unread = new Uint8Array(block);
        }
        const piece = unread.slice(0, INPUT_BYTES);
        unread = unread.subarray(INPUT_BYTES);
        push(name, inflater, piece, at === byteLength && unread.length === 0);
      }
      [kept, place] = [rest, end];
      if (end < size) return out;
      if (produced !== size)
        throw new FormatError(`${name}: inflates to ${produced} bytes, but ${claimedBy} claims ${size}.`);
      if (crc32 !== undefined && checksum >>> 0 !== crc32)
        throw new FormatError(
          `${name}: the inflated bytes do not have the checksum (CRC-32) that the zip directory gives.`,
        );
      return out;
    },
  };
}

function push(name: string, inflater: Inflate, piece: Uint8Array, last: boolean): void {
  try {
    inflater.push(piece, last);
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`${name}: the deflated data is broken (${(cause as Error).message}).`, { cause });
  }
}

let crcTable: Uint32Array | undefined;

function makeCrcTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c;
  }
  return table;
}

/** CRC-32 (IEEE 802.3, reflected) of what came before and `bytes`; starts at 0. */
export function updateCrc32(before: number, bytes: Uint8Array): number {
  crcTable ??= makeCrcTable();
  let c = ~before;
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c;
}
