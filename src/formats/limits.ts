import type { ByteSource } from '../base/bytes/byte-source.ts';
import { FormatError, LimitError } from '../base/errors.ts';
import { BYTES_PER_ELEMENT, type DType } from '../tensor/dtype.ts';
import { formatShape } from '../tensor/tensor.ts';

/** Bounds for what a file may claim. Each lies well above any real model and well below what hurts. */
export const LIMITS = {
  /** Header or index text of safetensors and TF.js: the largest seen on the hub is about 10 MB. */
  headerBytes: 100_000_000,
  /** Tensors in one file. */
  tensors: 200_000,
  /** Dimensions of one tensor; NumPy stops at 64, PyTorch models at 8. */
  dimensions: 64,
  /** Shards of one checkpoint. */
  shards: 4_096,
  /** Elements of one tensor that is read: 2³¹, the reach of a typed array. */
  elements: 2 ** 31,
  /** Characters of a tensor's name. */
  nameLength: 4_096,
} as const;

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

/**
 * Checks a shape from a file: non-negative integer dimensions, their number and their product within the limits.
 * Returns the element count.
 */
export function checkShape(file: string, tensor: string, shape: readonly unknown[]): number {
  checkLimit(file, `the number of dimensions of ${tensor}`, shape.length, LIMITS.dimensions);
  let n = 1;
  for (const d of shape) {
    if (!Number.isSafeInteger(d) || (d as number) < 0)
      throw new FormatError(
        `${file}: ${tensor} has the shape [${shape.join(', ')}]; dimensions must be whole numbers of at least 0.`,
      );
    n *= d as number;
  }
  if (!(n <= LIMITS.elements))
    throw new LimitError(
      `${file}: ${tensor} claims ${formatShape(shape as number[])} elements; at most ${LIMITS.elements} are read.`,
    );
  return n;
}

/** Throws FormatError unless `bytes` is what `shape` × `dtype` needs. */
export function checkByteCount(
  file: string,
  tensor: string,
  shape: readonly number[],
  dtype: DType,
  bytes: number,
): void {
  const expected = checkShape(file, tensor, shape) * BYTES_PER_ELEMENT[dtype];
  if (bytes !== expected)
    throw new FormatError(
      `${file}: ${tensor} (${dtype} ${formatShape(shape)}) needs ${expected} bytes, but the file gives it ${bytes}.`,
    );
}
