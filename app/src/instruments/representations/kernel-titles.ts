import type { SimilarityKernel } from '#src/measures/representations/similarity-kernels.ts';
import { fixed, significant } from '../../kit/ui/numbers.ts';

export const KERNEL_TITLES: Readonly<Record<SimilarityKernel, string>> = {
  linear: 'Linear',
  cosine: 'Cosine',
  rbf: 'RBF',
};

export const KERNEL_NOTES: Readonly<Record<SimilarityKernel, string>> = {
  linear: 'inner product, summed over the pairs of places',
  cosine: 'inner product over the norms of the two maps',
  rbf: 'exp(−d²/2σ²) of the distance between the two maps',
};

/** A value of a kernel: cosines and RBF lie between fixed ends, inner products have any size. */
export function kernelText(kernel: SimilarityKernel | null, value: number | null | undefined, digits = 3): string {
  return kernel === 'linear' ? significant(value, digits + 1) : fixed(value, digits);
}
