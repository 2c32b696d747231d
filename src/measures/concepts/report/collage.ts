import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { column, requireSameShape } from '../regress/agreement.ts';

/** Rows (patches) of the pictures of one concept, the most extreme first, one an image. */
export interface ConceptCollage {
  /** Largest real coefficients: the concept itself. */
  top: number[];
  /** Shown more than the other model notices: largest real − predicted, among patches weaker than all of `top`. */
  under: number[];
  /** Predicted but not shown: most negative real − predicted. */
  over: number[];
}

export interface CollageOptions {
  /** Patches of each image, which lie side by side; default 1. */
  perImage?: number;
  /** Patches of a collage at most; default 10. */
  count?: number;
}

/**
 * Chooses the patches that show a concept, and those where the other model's prediction of it is furthest off. Fewer than
 * `count` where fewer images show the concept (a coefficient above 0) or are off in that direction.
 *
 * @param real Patches × concepts, and `predicted` alike.
 * @throws UsageError when sizes do not fit.
 */
export function conceptCollage(
  real: Matrix,
  predicted: Matrix,
  concept: number,
  { perImage = 1, count = 10 }: CollageOptions = {},
): ConceptCollage {
  requireSameShape(real, predicted);
  if (!(Number.isInteger(concept) && concept >= 0 && concept < real.cols))
    throw new UsageError(`There are concepts 0 to ${real.cols - 1}; concept ${concept} was asked for.`);
  const shown = column(real, concept);
  const missing = shown.map((value, i) => value - predicted.data[i * real.cols + concept]!);
  const top = strongest(shown, () => true, perImage, count);
  const weakest = top.reduce((least, i) => Math.min(least, shown[i]!), Number.POSITIVE_INFINITY);
  return {
    top,
    under: strongest(missing, (i) => shown[i]! < weakest, perImage, count),
    over: strongest(
      missing.map((value) => -value),
      () => true,
      perImage,
      count,
    ),
  };
}

/** The rows of the largest scores above 0, in that order, only the first of each image; the earlier row where scores tie. */
function strongest(scores: Float64Array, allowed: (row: number) => boolean, perImage: number, count: number): number[] {
  const ranked = Array.from(scores.keys())
    .filter((i) => scores[i]! > 0 && allowed(i))
    .sort((a, b) => scores[b]! - scores[a]! || a - b);
  const images = new Set<number>();
  const chosen: number[] = [];
  for (const i of ranked) {
    if (chosen.length >= count) break;
    const image = Math.floor(i / perImage);
    if (images.has(image)) continue;
    images.add(image);
    chosen.push(i);
  }
  return chosen;
}
