import type { LongTask } from '../../../../base/progress.ts';
import { coveringEffect } from '../../../../measures/concepts/importance/covering.ts';
import { LEAST_VALUES } from '../../../../statistics/intervals/mean-interval.ts';
import type { Matrix32 } from '../../../../tensor/matrix.ts';
import { row } from '../../../../tensor/matrix.ts';
import type { RgbImage } from '../../../../tensor/rgb-image.ts';
import { probabilitiesOf } from '../../sources/answers.ts';
import type { ConceptSource, ConceptTask } from '../../sources/concept-source.ts';
import type { MeasuredConcept } from '../class-record.ts';
import { coveredChanges, type PictureFigure, shownPatches } from './covered-changes.ts';
import type { Covered } from './covered-pictures.ts';

/** Cross-entropy of a probability of 0, which no rounding tells from less than this. */
const LEAST_PROBABILITY = 1e-12;

type Importance = MeasuredConcept['importance'];

/** Importance of each concept, and how many evaluation images show it. */
export interface CoveringImportance {
  /** Null of a concept that fewer than five images show. */
  importance: Importance[];
  images: number[];
}

/**
 * Importance of a model's concepts without a head that is linear in them: its patches are covered in the evaluation images that
 * show it, and the class's cross-entropy rises by so much more than where as many random ones are; of a model without class
 * scores, its whole-image representation turns by so much more (1 − cosine).
 *
 * @param coefficients Of the evaluation patches, images · patches × concepts.
 * @param targets Column of the class for each evaluation image; null where the model is no classifier.
 */
export async function coveringImportance(
  coefficients: Matrix32,
  source: ConceptSource,
  targets: readonly number[] | null,
  input: Covered,
  task: LongTask,
): Promise<CoveringImportance> {
  const concepts = Array.from({ length: coefficients.cols }, (_, concept) =>
    shownPatches(coefficients, concept, input),
  );
  const figure: PictureFigure = (pictures, image, own) => lossesOf(source, pictures, targets?.[image] ?? null, own);
  const rises = (await coveredChanges(concepts, [figure], input, task)).map(([only]) => only!);
  const images = rises.map(({ concept }) => concept.length);
  return {
    images,
    importance: rises.map(({ concept, random }, j): Importance => {
      // What few images say would also be what all others are measured by, were it the largest.
      if (images[j]! < LEAST_VALUES) return null;
      const { value, low, high } = coveringEffect(concept, random, input.options.level)!.effect;
      return { value: value!, low, high, images: images[j]!, occlusion: value!, sobol: null };
    }),
  };
}

/** Of each picture: the class's cross-entropy, or how far its representation is from that of the first. */
async function lossesOf(
  source: ConceptSource,
  pictures: readonly RgbImage[],
  target: number | null,
  task: ConceptTask,
): Promise<number[]> {
  const { features, logits } = await source.look!(pictures, task);
  if (target !== null && logits && source.answers) {
    const { data, cols } = probabilitiesOf(logits, source.answers);
    return pictures.map((_, i) => -Math.log(Math.max(LEAST_PROBABILITY, data[i * cols + target]!)));
  }
  const whole = row(features, 0);
  return pictures.map((_, i) => 1 - cosine(whole, row(features, i)));
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    ab += a[d]! * b[d]!;
    aa += a[d]! ** 2;
    bb += b[d]! ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
