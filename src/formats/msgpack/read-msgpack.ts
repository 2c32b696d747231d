import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';

/** Structure is read in windows of this size; long texts and the bytes of arrays between them are skipped. */
const WINDOW_BYTES = 16_384;

/** The most that a value has before its payload: a mark, a length of four bytes and the type of an extension. */
const LONGEST_PREFIX = 9;

/** One value of MessagePack, or the beginning of a map or list. The payload of the others lies at [start, end). */
export interface MsgpackToken {
  readonly kind: 'map' | 'list' | 'text' | 'bytes' | 'extension' | 'number' | 'boolean' | 'null';
  /** The entries of a map or list, the type of an extension, a number, or 1 for true; else 0. */
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Decodes the token at `at` of `bytes`; undefined where it has no meaning or its prefix is cut off. Places are within `bytes`. */
export function decodeMsgpack(bytes: Uint8Array, at: number): MsgpackToken | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes[at];
  if (mark === undefined) return undefined;
  const here = at + 1;
  const isThere = (length: number) => here + length <= bytes.length;
  /** A whole number of 1, 2 or 4 bytes behind the mark. */
  const unsigned = (size: number): number | undefined => {
    if (!isThere(size)) return undefined;
    return size === 1 ? bytes[here]! : size === 2 ? view.getUint16(here) : view.getUint32(here);
  };
  const count = (kind: 'map' | 'list', size: number) => {
    const value = unsigned(size);
    return value === undefined ? undefined : { kind, value, start: here + size, end: here + size };
  };
  const payload = (kind: 'text' | 'bytes' | 'extension', size: number, fixed?: number): MsgpackToken | undefined => {
    const length = fixed ?? unsigned(size);
    const typed = kind === 'extension' ? 1 : 0;
    if (length === undefined || !isThere(size + typed)) return undefined;
    const start = here + size + typed;
    return { kind, value: typed ? view.getInt8(here + size) : 0, start, end: start + length };
  };
  const number = (size: number, read: () => number | bigint): MsgpackToken | undefined =>
    isThere(size) ? { kind: 'number', value: Number(read()), start: here, end: here + size } : undefined;
  const plain = (kind: 'number' | 'boolean' | 'null', value: number) => ({ kind, value, start: here, end: here });

  if (mark < 0x80) return plain('number', mark);
  if (mark < 0x90) return { kind: 'map', value: mark & 15, start: here, end: here };
  if (mark < 0xa0) return { kind: 'list', value: mark & 15, start: here, end: here };
  if (mark < 0xc0) return payload('text', 0, mark & 31);
  if (mark >= 0xe0) return plain('number', mark - 256);
  switch (mark) {
    case 0xc0:
      return plain('null', 0);
    case 0xc2:
    case 0xc3:
      return plain('boolean', mark - 0xc2);
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return payload('bytes', 2 ** (mark - 0xc4));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return payload('extension', 2 ** (mark - 0xc7));
    case 0xca:
      return number(4, () => view.getFloat32(here));
    case 0xcb:
      return number(8, () => view.getFloat64(here));
    case 0xcc:
    case 0xcd:
    case 0xce:
      return number(2 ** (mark - 0xcc), () => unsigned(2 ** (mark - 0xcc))!);
    case 0xcf:
      return number(8, () => view.getBigUint64(here));
    case 0xd0:
      return number(1, () => view.getInt8(here));
    case 0xd1:
      return number(2, () => view.getInt16(here));
    case 0xd2:
      return number(4, () => view.getInt32(here));
    case 0xd3:
      return number(8, () => view.getBigInt64(here));
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return payload('extension', 0, 2 ** (mark - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return payload('text', 2 ** (mark - 0xd9));
    case 0xdc:
    case 0xdd:
      return count('list', mark === 0xdc ? 2 : 4);
    case 0xde:
    case 0xdf:
      return count('map', mark === 0xde ? 2 : 4);
    default:
      return undefined;
  }
}

/** Walks a MessagePack file without loading it: payloads are skipped until asked for. */
export interface MsgpackReader {
  /** The token at byte `at`, whose payload lies within [at, end); `what` names it in errors. */
  token(what: string, at: number, end: number): Promise<MsgpackToken>;
  bytes(what: string, start: number, end: number): Promise<Uint8Array>;
}

/** @throws FormatError, from its methods, where the file breaks off or a mark has no meaning. */
export function msgpackReader(source: ByteSource): MsgpackReader {
  let window = new Uint8Array(0);
  let from = 0;

  async function need(what: string, start: number, end: number): Promise<void> {
    if (start >= from && end <= from + window.length) return;
    const stop = Math.min(source.byteLength, Math.max(end, start + WINDOW_BYTES));
    window = (await readRange(source, what, start, stop)) as Uint8Array<ArrayBuffer>;
    from = start;
  }

  return {
    async token(what, at, end) {
      checkRange(source, what, at, end);
      await need(what, at, Math.min(end, at + LONGEST_PREFIX));
      const token = decodeMsgpack(window, at - from);
      if (!token && window[at - from] === 0xc1)
        throw new FormatError(`${source.name}: ${what} has the mark c1 at byte ${at}, which means nothing in msgpack.`);
      if (!token || from + token.end > end)
        throw new FormatError(
          `${source.name}: ${what} at byte ${at} breaks off; ${token ? `it needs ${token.end - (at - from)} bytes, but ${end - at} are left` : 'the file ends within it'}.`,
          { hint: 'The file is truncated or damaged; download or save it again.' },
        );
      return { ...token, start: from + token.start, end: from + token.end };
    },
    async bytes(what, start, end) {
      if (end - start > WINDOW_BYTES) return readRange(source, what, start, end);
      await need(what, start, end);
      return window.slice(start - from, end - from);
    },
  };
}
