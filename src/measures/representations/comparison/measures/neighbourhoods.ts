import { IncomparableError } from '../../../../base/errors.ts';
import type { Matrix } from '../../../../tensor/matrix.ts';
import { retrieve } from '../retrieval.ts';
import { requireSameImages } from '../rsa.ts';

/** A similarity matrix of images with the nearest others of each. */
export interface Neighbourhood {
  matrix: Matrix;
  /** Most similar first; among equals the earlier image. */
  nearest: Uint32Array[];
  k: number;
}

/** @throws IncomparableError or UsageError for a matrix that is not square or of fewer than 3 images; as `retrieve`. */
export function neighbourhood(matrix: Matrix, k: number): Neighbourhood {
  requireSameImages(matrix, matrix);
  return { matrix, nearest: retrieve(matrix, { k, excludeSelf: true }), k };
}

/**
 * Mean over images of a value of its two lists of neighbours.
 *
 * @throws IncomparableError for different numbers of images or neighbours.
 */
export function meanOverImages(
  a: Neighbourhood,
  b: Neighbourhood,
  value: (image: number, first: Uint32Array, second: Uint32Array) => number,
): number {
  requireSameImages(a.matrix, b.matrix);
  if (a.k !== b.k) throw new IncomparableError(`Both sides need as many neighbours; found ${a.k} and ${b.k}.`);
  let sum = 0;
  for (const [image, first] of a.nearest.entries()) sum += value(image, first, b.nearest[image]!);
  return sum / a.nearest.length;
}
