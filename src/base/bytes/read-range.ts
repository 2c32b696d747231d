import { FormatError, LimitError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';

/** Throws LimitError naming the file when `value` passes the named limit. */
export function checkLimit(file: string, what: string, value: number, limit: number): void {
  if (!(value <= limit)) throw new LimitError(`${file}: ${what} is ${value}; at most ${limit} are read.`);
}

/** Throws FormatError unless 0 ≤ start ≤ end ≤ the source's length and all are integers. */
export function checkRange(source: ByteSource, what: string, start: number, end: number): void {
  if (
    !(
      Number.isSafeInteger(start) &&
      Number.isSafeInteger(end) &&
      start >= 0 &&
      start <= end &&
      end <= source.byteLength
    )
  )
    throw new FormatError(
      `${source.name}: ${what} lies at bytes ${start} to ${end}, but the file has ${source.byteLength} bytes.`,
      { hint: 'The file is truncated or its header is wrong; download or save it again.' },
    );
}

/** Reads [start, end) after checking it against the file's size. */
export async function readRange(source: ByteSource, what: string, start: number, end: number): Promise<Uint8Array> {
  checkRange(source, what, start, end);
  const bytes = await source.read(start, end);
  if (bytes.byteLength !== end - start)
    throw new FormatError(`${source.name}: ${what} should have ${end - start} bytes, but ${bytes.byteLength} came.`);
  return bytes;
}
