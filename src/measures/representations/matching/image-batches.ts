import { UsageError } from '../../../base/errors.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';

/** Images of the smallest batch asked for: with fewer, cutting evenly may leave less than the 4 that HSIC₁ needs. */
export const LEAST_BATCH = 8;

/**
 * Cuts `n` images into random batches of at most `batchSize`, all of them used: ⌈n / batchSize⌉ batches whose sizes differ by
 * at most one, so that no short tail is left. Random, since images often lie sorted by class, and batches of one class
 * would hide what sets classes apart.
 *
 * @returns the images of each batch, ascending.
 * @throws UsageError for a batch size below 8.
 */
export function imageBatches(n: number, batchSize: number, seed = 0): Int32Array[] {
  if (!(Number.isInteger(batchSize) && batchSize >= LEAST_BATCH))
    throw new UsageError(`A batch must be of at least ${LEAST_BATCH} images; found ${batchSize}.`);
  const order = createRandom(seed).permutation(n);
  const count = Math.ceil(n / batchSize);
  return Array.from({ length: count }, (_, b) =>
    Int32Array.from(order.subarray(Math.floor((b * n) / count), Math.floor(((b + 1) * n) / count))).sort(),
  );
}

/** The similarities of some images among themselves: rows and columns `images` of a square matrix. */
export function subMatrix({ cols, data }: Matrix, images: Int32Array): Matrix64 {
  const n = images.length;
  const part = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = images[i]! * cols;
    for (let j = 0; j < n; j++) part[i * n + j] = data[row + images[j]!]!;
  }
  return { rows: n, cols: n, data: part };
}
