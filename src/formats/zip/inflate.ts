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

/**
 * The inflated content of `compressed` (raw deflate), which claims `size` bytes. Each read inflates from the start and
 * keeps only what is asked for, so that looking at a header costs a header and holds nothing in memory.
 * @throws LimitError when the claim passes INFLATE_LIMITS; reading throws FormatError when the data does not keep it.
 */
export function inflatedSource(compressed: ByteSource, size: number, crc32: number): ByteSource {
  const { name } = compressed;
  checkLimit(name, 'the inflated size', size, INFLATE_LIMITS.bytes);
  if (size > INFLATE_LIMITS.ratioFreeBytes && size > compressed.byteLength * INFLATE_LIMITS.ratio)
    throw new LimitError(
      `${name}: ${compressed.byteLength} bytes claim to inflate to ${size}; at most ${INFLATE_LIMITS.ratio} times as many are read.`,
      { hint: 'This is how a zip bomb looks. If the file is yours, save it uncompressed.' },
    );
  return {
    name,
    byteLength: size,
    read: (start, end) => inflateRange(compressed, size, crc32, start, end),
    sibling: async () => undefined,
    sha256: async () => undefined,
  };
}

async function inflateRange(
  compressed: ByteSource,
  size: number,
  crc32: number,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const { name, byteLength } = compressed;
  const out = new Uint8Array(end - start);
  let produced = 0;
  let checksum = 0;
  const inflater = new Inflate((chunk) => {
    const from = Math.max(start, produced);
    const to = Math.min(end, produced + chunk.length);
    if (from < to) out.set(chunk.subarray(from - produced, to - produced), from - start);
    produced += chunk.length;
    if (produced > size)
      throw new FormatError(`${name}: inflates to more than the ${size} bytes that the zip directory claims.`);
    checksum = updateCrc32(checksum, chunk);
  });
  for (let at = 0; at < byteLength && (produced < end || end === size); ) {
    const block = await compressed.read(at, Math.min(at + READ_BYTES, byteLength));
    for (let i = 0; i < block.length && (produced < end || end === size); i += INPUT_BYTES) {
      const piece = block.slice(i, i + INPUT_BYTES);
      push(name, inflater, piece, at + i + piece.length === byteLength);
    }
    at += block.length;
  }
  if (end < size) return out;
  if (produced !== size)
    throw new FormatError(`${name}: inflates to ${produced} bytes, but the zip directory claims ${size}.`);
  if (checksum >>> 0 !== crc32)
    throw new FormatError(
      `${name}: the inflated bytes do not have the checksum (CRC-32) that the zip directory gives.`,
    );
  return out;
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
