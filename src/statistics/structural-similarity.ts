import { UsageError } from '../base/errors.ts';
import { compareImages } from '../kernels/image-comparison/image-comparison.ts';
import type { KernelOptions } from '../kernels/shared/wasm-kernel.ts';
import type { Matrix } from '../tensor/matrix.ts';

/** Options of `structuralSimilarity`; the defaults are those of scikit-image. */
export interface StructuralSimilarityOptions extends KernelOptions {
  /** Side of the square uniform window, odd. */
  windowSize?: number;
  /** The span of possible values: 1 for images scaled to [0, 1]. */
  dataRange?: number;
  k1?: number;
  k2?: number;
}

/**
 * Mean structural similarity of two images of one shape (Wang, Bovik, Sheikh & Simoncelli 2004), as
 * `skimage.metrics.structural_similarity` computes it by default: uniform window, sample covariance, the mean over the
 * pixels whose window lies wholly inside. Range [−1, 1]; exactly 1 for equal images.
 *
 * Window sums run: each pixel enters and leaves once, so the cost does not depend on the window's size.
 * @throws UsageError when the shapes differ or are smaller than the window.
 */
export function structuralSimilarity(a: Matrix, b: Matrix, options: StructuralSimilarityOptions = {}): number {
  const { windowSize = 7, dataRange = 1, k1 = 0.01, k2 = 0.03 } = options;
  const { rows, cols } = a;
  if (b.rows !== rows || b.cols !== cols)
    throw new UsageError(
      `Structural similarity needs images of one shape; found ${rows}×${cols} and ${b.rows}×${b.cols}.`,
    );
  if (!Number.isInteger(windowSize) || windowSize < 1 || windowSize % 2 === 0)
    throw new UsageError(`windowSize must be an odd whole number; found ${windowSize}.`);
  if (rows < windowSize || cols < windowSize)
    throw new UsageError(
      `Structural similarity with a ${windowSize}×${windowSize} window needs an image at least that large; found ${rows}×${cols}.`,
    );

  const constants = { windowSize, c1: (k1 * dataRange) ** 2, c2: (k2 * dataRange) ** 2 };
  const { similarity } = compareImages(a, b, constants, options);
  return similarity / ((rows - windowSize + 1) * (cols - windowSize + 1));
}
