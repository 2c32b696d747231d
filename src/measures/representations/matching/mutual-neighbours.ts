import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { requireSameImages } from '../comparison/rsa.ts';

export interface MutualNeighbours {
  k: number;
  /** Mean over images of |neighbours by K ∩ neighbours by L| / k, in [0, 1]. */
  overlap: number;
  /** What two unrelated matrices give on average: k / (n − 1). */
  chance: number;
  /** The overlap of each image. */
  perImage: Float64Array;
}

/**
 * Overlap of the k most similar other images by two similarity matrices of the same images. Ties go to the lower index.
 *
 * @throws IncomparableError for different sizes; UsageError unless 1 ≤ k < n.
 */
export function mutualNeighbours(first: Matrix, second: Matrix, k = 10): MutualNeighbours {
  requireSameImages(first, second);
  const n = first.rows;
  if (!(Number.isInteger(k) && k >= 1 && k < n))
    throw new UsageError(`k must be a whole number between 1 and ${n - 1}; found ${k}.`);
  const perImage = new Float64Array(n);
  const marked = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    for (const j of mostSimilar(first, i, k)) marked[j] = i;
    let shared = 0;
    for (const j of mostSimilar(second, i, k)) if (marked[j] === i) shared++;
    perImage[i] = shared / k;
  }
  const overlap = perImage.reduce((sum, value) => sum + value, 0) / n;
  return { k, overlap, chance: k / (n - 1), perImage };
}

function mostSimilar({ cols, data }: Matrix, image: number, k: number): Uint32Array {
  const others = Uint32Array.from({ length: cols }, (_, j) => j).filter((j) => j !== image);
  const at = image * cols;
  return others.sort((a, b) => data[at + b]! - data[at + a]! || a - b).subarray(0, k);
}
