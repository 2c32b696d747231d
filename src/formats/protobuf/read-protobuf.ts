import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { checkLimit, checkRange, readRange } from '../../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../../base/errors.ts';
import { LIMITS } from '../limits.ts';

/** Fields visited in one file; the largest graphs have some 600,000. Weights are one field each. */
const MAX_FIELDS = 1_000_000;

/** Structure is read in windows of this size; the bytes of weights between them are skipped. */
const WINDOW_BYTES = 16_384;

/** A tag and a varint, the most that precedes a payload. */
const LONGEST_PREFIX = 20;

const utf8 = new TextDecoder();

/** A stretch of the file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One field of a message: its number, how it is stored, and where its payload lies. */
export interface ProtoField extends Span {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: 0 | 1 | 2 | 5;
  /** The varint as a signed 64-bit number (exact to 2⁵³); 0 for other kinds. */
  readonly value: number;
}

/** Walks protobuf messages in a byte source without loading them: payloads are skipped until asked for. */
export interface ProtoReader {
  readonly source: ByteSource;
  /** The fields of the message in `span`, in file order; `what` names the message in errors. */
  fields(what: string, span: Span): AsyncGenerator<ProtoField>;
  /** A length-delimited payload as UTF-8 text of at most `LIMITS.nameLength` bytes. */
  text(what: string, span: Span): Promise<string>;
  bytes(what: string, span: Span): Promise<Uint8Array>;
}

export function protoReader(source: ByteSource): ProtoReader {
  let window = new Uint8Array(0);
  let windowStart = 0;
  let fieldsLeft = MAX_FIELDS;

  const isInWindow = (start: number, end: number) => start >= windowStart && end <= windowStart + window.length;

  async function need(what: string, start: number, end: number): Promise<void> {
    if (isInWindow(start, end)) return;
    const stop = Math.min(source.byteLength, Math.max(end, start + WINDOW_BYTES));
    window = (await readRange(source, what, start, stop)) as Uint8Array<ArrayBuffer>;
    windowStart = start;
  }

  async function* fields(what: string, span: Span): AsyncGenerator<ProtoField> {
    checkRange(source, what, span.start, span.end);
    let at = span.start;
    while (at < span.end) {
      if (--fieldsLeft < 0)
        throw new LimitError(`${source.name}: more than ${MAX_FIELDS} protobuf fields; no real model has as many.`);
      const prefixEnd = Math.min(span.end, at + LONGEST_PREFIX);
      if (!isInWindow(at, prefixEnd)) await need(what, at, prefixEnd);
      const field = decodeField(source.name, what, window, windowStart, at, span.end);
      at = field.end;
      yield field;
    }
  }

  async function bytes(what: string, span: Span): Promise<Uint8Array> {
    if (span.end - span.start > WINDOW_BYTES) return readRange(source, what, span.start, span.end);
    await need(what, span.start, span.end);
    return window.slice(span.start - windowStart, span.end - windowStart);
  }

  async function text(what: string, span: Span): Promise<string> {
    checkLimit(source.name, `the length of ${what}`, span.end - span.start, LIMITS.nameLength);
    await need(what, span.start, span.end);
    return utf8.decode(window.subarray(span.start - windowStart, span.end - windowStart));
  }

  return { source, fields, text, bytes };
}

/** Decodes the tag at `at` and finds its payload; nothing may reach past `end`, where the message ends. */
function decodeField(
  file: string,
  what: string,
  window: Uint8Array,
  windowStart: number,
  at: number,
  end: number,
): ProtoField {
  const limit = Math.min(window.length, end - windowStart);
  const tag = decodeVarint(window, at - windowStart, limit);
  if (!tag) throw truncated(file, what, at, end);
  const number = Math.floor(tag.value / 8);
  const wire = ((tag.value % 8) + 8) % 8;
  if (number < 1) throw new FormatError(`${file}: ${what} has the field number ${number} at byte ${at}.`);
  const start = windowStart + tag.next;
  if (wire === 0) {
    const varint = decodeVarint(window, tag.next, limit);
    if (!varint) throw truncated(file, what, at, end);
    return { number, wire, value: varint.value, start, end: windowStart + varint.next };
  }
  if (wire === 1 || wire === 5) {
    const stop = start + (wire === 1 ? 8 : 4);
    if (stop > end) throw truncated(file, what, at, end);
    return { number, wire, value: 0, start, end: stop };
  }
  if (wire !== 2)
    throw new FormatError(`${file}: ${what} has a field of the unknown protobuf kind ${wire} at byte ${at}.`);
  const length = decodeVarint(window, tag.next, limit);
  if (!length) throw truncated(file, what, at, end);
  const payload = windowStart + length.next;
  if (length.value < 0 || payload + length.value > end)
    throw new FormatError(
      `${file}: field ${number} of ${what} at byte ${at} claims ${length.value} bytes, but ${end - payload} are left.`,
      { hint: 'The file is truncated or damaged; download or save it again.' },
    );
  return { number, wire, value: 0, start: payload, end: payload + length.value };
}

function truncated(file: string, what: string, at: number, end: number): FormatError {
  return new FormatError(`${file}: ${what} breaks off within a field at byte ${at}; it ends at byte ${end}.`, {
    hint: 'The file is truncated or damaged; download or save it again.',
  });
}

/**
 * A varint of up to ten bytes as a signed 64-bit number; undefined when it runs past `limit` or past ten bytes.
 * Two 32-bit halves keep it exact without BigInt for every value a shape or length may have.
 */
export function decodeVarint(
  bytes: Uint8Array,
  at: number,
  limit: number,
): { value: number; next: number } | undefined {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10 && at + i < limit; i++) {
    const byte = bytes[at + i]!;
    const part = byte & 0x7f;
    if (i < 4) low += part * 2 ** (7 * i);
    else if (i === 4) {
      low += (part & 15) * 2 ** 28;
      high += part >> 4;
    } else if (i < 9) high += part * 2 ** (7 * i - 32);
    else high += (part & 1) * 2 ** 31;
    if (byte < 0x80) return { value: (high | 0) * 2 ** 32 + low, next: at + i + 1 };
  }
  return undefined;
}

/**
 * The numbers of a packed field, one after another.
 * @throws FormatError when the last breaks off; `label` names what they are of.
 */
export function eachVarint(file: string, label: string, bytes: Uint8Array, push: (value: number) => void): void {
  for (let at = 0; at < bytes.length; ) {
    const varint = decodeVarint(bytes, at, bytes.length);
    if (!varint) throw new FormatError(`${file}: ${label} breaks off within a number.`);
    push(varint.value);
    at = varint.next;
  }
}
