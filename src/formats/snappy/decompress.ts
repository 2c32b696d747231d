import { FormatError, LimitError } from '../../base/errors.ts';

/**
 * Decompresses a block in Snappy's raw format: its length, then literals and copies of what came before.
 * @param limit The most bytes that it may come to.
 * @throws FormatError when the block is broken, LimitError when it claims more than `limit`.
 */
export function decompressSnappy(bytes: Uint8Array, what: string, limit: number): Uint8Array {
  const broken = (): FormatError => new FormatError(`${what} is compressed by Snappy and broken.`);
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw broken();
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (length > limit) throw new LimitError(`${what} claims ${length} bytes; at most ${limit} are read.`);
  const out = new Uint8Array(length);
  let written = 0;
  const little = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
    at += count;
    return value;
  };
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const count = (short < 60 ? short : little(short - 59)) + 1;
      if (at + count > bytes.length || written + count > length) throw broken();
      out.set(bytes.subarray(at, at + count), written);
      at += count;
      written += count;
      continue;
    }
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === 1 ? (tag >> 5) * 256 + little(1) : little(kind === 2 ? 2 : 4);
    if (offset === 0 || offset > written || written + count > length || at > bytes.length) throw broken();
    // Byte by byte: a copy may reach into what it writes.
    for (let i = 0; i < count; i++, written++) out[written] = out[written - offset]!;
  }
  if (written !== length) throw broken();
  return out;
}
