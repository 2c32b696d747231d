import type { SimilarityKernel } from '../similarity-kernels.ts';

/**
 * What images are ranked by for a query: a number that grows with the similarity of the kernel, from the matched sum and
 * the ‖V‖² of both; for `rbf` −d², whatever its width.
 */
export function searchKey(kernel: SimilarityKernel, sum: number, a: number, b: number): number {
  switch (kernel) {
    case 'linear':
      return sum;
    case 'cosine': {
      const norms = Math.sqrt(a) * Math.sqrt(b);
      return norms > 0 ? Math.max(-1, Math.min(1, sum / norms)) : 0;
    }
    case 'rbf':
      return -Math.max(0, a + b - 2 * sum);
  }
}

/** A matched sum below which the key cannot reach `key`; −Infinity where any may. Errs on the low side. */
export function sumForKey(kernel: SimilarityKernel, key: number, a: number, b: number): number {
  if (key === Number.NEGATIVE_INFINITY) return key;
  const norms = Math.sqrt(a) * Math.sqrt(b);
  const room = 1e-9 * (norms + a + b);
  switch (kernel) {
    case 'linear':
      return key - room;
    case 'cosine':
      return norms > 0 && key > -1 ? key * norms - room : Number.NEGATIVE_INFINITY;
    case 'rbf':
      return (a + b + key) / 2 - room;
  }
}
