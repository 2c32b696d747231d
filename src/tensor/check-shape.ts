import { checkLimit } from '../base/bytes/read-range.ts';
import { FormatError, LimitError } from '../base/errors.ts';
import { BYTES_PER_ELEMENT, type DType } from './dtype.ts';
import { formatShape } from './tensor.ts';

/** Bounds for what a file may claim of one tensor. */
export const TENSOR_LIMITS = {
  /** Dimensions; NumPy stops at 64, PyTorch models at 8. */
  dimensions: 64,
  /** Elements of a tensor that is read: 2³¹, the reach of a typed array. */
  elements: 2 ** 31,
} as const;

/**
 * Checks a shape from a file: non-negative integer dimensions, their number and their product within the limits.
 * Returns the element count.
 */
export function checkShape(file: string, tensor: string, shape: readonly unknown[]): number {
  checkLimit(file, `the number of dimensions of ${tensor}`, shape.length, TENSOR_LIMITS.dimensions);
  let n = 1;
  for (const d of shape) {
    if (!Number.isSafeInteger(d) || (d as number) < 0)
      throw new FormatError(
        `${file}: ${tensor} has the shape [${shape.map(plain).join(', ')}]; dimensions must be whole numbers of at least 0.`,
      );
    n *= d as number;
  }
  if (!(n <= TENSOR_LIMITS.elements))
    throw new LimitError(
      `${file}: ${tensor} claims ${formatShape(shape as number[])} elements; at most ${TENSOR_LIMITS.elements} are read.`,
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

/** A dimension of any kind for a message: a file may hold an object in its place, whose text nobody wants to ask for. */
function plain(dimension: unknown): string {
  return typeof dimension === 'number' || typeof dimension === 'string' ? String(dimension) : typeof dimension;
}
