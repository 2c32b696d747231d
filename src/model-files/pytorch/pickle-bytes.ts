import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { PICKLE_LIMITS } from './pickle-limits.ts';

/** Thrown where the window at hand ends inside the pickle while the file goes on; the caller reads a longer one. */
export const NEEDS_MORE_BYTES = Symbol('the pickle goes on behind the bytes at hand');

/** A cursor over the bytes of a pickle; numbers are little-endian except BINFLOAT's. */
export interface PickleBytes {
  /** Where the next byte is read. */
  position(): number;
  u8(): number;
  u16(): number;
  u32(): number;
  i32(): number;
  /** An unsigned 64-bit length. */
  length64(what: string): number;
  /** Big-endian, as BINFLOAT stores it. */
  f64(): number;
  /** A view of the next `length` bytes, not a copy. */
  take(length: number): Uint8Array;
  /** Text up to the next newline, which is skipped. */
  line(): string;
  latin1Line(): string;
}

/** `complete` tells whether the bytes reach to the end of what may hold the pickle. */
export function pickleBytes(file: string, bytes: Uint8Array, complete: boolean): PickleBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const advance = (length: number): number => {
    if (length > bytes.length - at) throw ended(bytes.length);
    at += length;
    return at - length;
  };
  const ended = (byte: number): unknown =>
    complete
      ? new FormatError(`${file}: the pickle breaks off at its byte ${byte}.`, {
          hint: 'The file is truncated; download or save it again.',
        })
      : NEEDS_MORE_BYTES;
  const lineBytes = (): Uint8Array => {
    const end = bytes.indexOf(0x0a, at);
    checkLimit(
      file,
      'the length of a line in the pickle',
      (end < 0 ? bytes.length : end) - at,
      PICKLE_LIMITS.lineBytes,
    );
    if (end < 0) throw ended(bytes.length);
    const start = at;
    at = end + 1;
    return bytes.subarray(start, end);
  };
  return {
    position: () => at,
    // The two that most opcodes need; plain indexing is quicker than a DataView before the code is compiled.
    u8: () => {
      if (at >= bytes.length) throw ended(bytes.length);
      return bytes[at++]!;
    },
    u16: () => {
      const start = advance(2);
      return bytes[start]! | (bytes[start + 1]! << 8);
    },
    u32: () => view.getUint32(advance(4), true),
    i32: () => view.getInt32(advance(4), true),
    f64: () => view.getFloat64(advance(8), false),
    length64(what) {
      const value = Number(view.getBigUint64(advance(8), true));
      checkLimit(file, `the length of ${what} in the pickle`, value, Number.MAX_SAFE_INTEGER);
      return value;
    },
    take(length) {
      const start = advance(length);
      return bytes.subarray(start, at);
    },
    line: () => decodeUtf8(lineBytes()),
    latin1Line: () => decodeLatin1(lineBytes()),
  };
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/**
 * Each byte as the character of its number. Python 2 wrote text and binary data alike as such strings, so the mapping
 * must be one that `encodeLatin1` can undo.
 */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

/** The bytes of a text of characters up to 255; undefined where there are others. */
export function encodeLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

/** A little-endian two's complement integer of any length, as LONG1 and LONG4 store it. */
export function decodeLong(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (bytes.length > 0 && bytes[bytes.length - 1]! & 0x80) value -= 1n << BigInt(8 * bytes.length);
  return narrow(value);
}

/** The decimal text of INT and LONG; undefined where it is none. Python 2 ends a long with L. */
export function parseDecimal(text: string): number | bigint | undefined {
  const digits = text.trim().replace(/L$/, '');
  return /^[+-]?\d{1,1000}$/.test(digits) ? narrow(BigInt(digits)) : undefined;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
