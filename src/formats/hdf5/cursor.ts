import { FormatError } from '../../base/errors.ts';

/** Reads little-endian fields one after the other; every step is checked against the end of the bytes. */
export interface Cursor {
  /** File and structure, for messages. */
  readonly what: string;
  u8(): number;
  u16(): number;
  u32(): number;
  /** An unsigned number of 1 to 8 bytes. */
  uint(bytes: number): number;
  /** An address; undefined where none is set. */
  address(): number | undefined;
  /** A field as wide as the file's lengths. */
  length(): number;
  bytes(count: number): Uint8Array;
  /** UTF-8 text of `count` bytes up to the first NUL. */
  text(count: number): string;
  skip(count: number): void;
  position(): number;
  left(): number;
}

/** A cursor over a view from byte `start` of it. */
export function cursor(
  what: string,
  view: DataView,
  sizes: { readonly offsetBytes: number; readonly lengthBytes: number },
  start = 0,
): Cursor {
  let at = start;
  const take = (count: number): number => {
    if (!(count >= 0 && at + count <= view.byteLength))
      throw new FormatError(`${what} ends after ${view.byteLength} bytes, where ${at + count} are needed.`);
    at += count;
    return at - count;
  };
  const uint = (bytes: number): number => {
    const from = take(bytes);
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + view.getUint8(from + i);
    return value;
  };
  const isUnset = (bytes: number): boolean => {
    for (let i = 0; i < bytes; i++) if (view.getUint8(at + i) !== 255) return false;
    return true;
  };
  const address = () => {
    const { offsetBytes } = sizes;
    take(offsetBytes);
    at -= offsetBytes;
    const unset = isUnset(offsetBytes);
    const value = uint(offsetBytes);
    return unset ? undefined : value;
  };
  const bytes = (count: number) => new Uint8Array(view.buffer, view.byteOffset + take(count), count);
  return {
    what,
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    uint,

    address,
    length: () => uint(sizes.lengthBytes),
    bytes,
    text(count) {
      const all = bytes(count);
      const end = all.indexOf(0);
      return new TextDecoder().decode(end < 0 ? all : all.subarray(0, end));
    },
    skip: (count) => void take(count),
    position: () => at,
    left: () => view.byteLength - at,
  };
}
