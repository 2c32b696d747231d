import type { LongTask } from '../../../../base/progress.ts';
import { patchesOfConcept } from '../../../../measures/concepts/importance/covering.ts';
import type { Matrix } from '../../../../tensor/matrix.ts';
import type { RgbImage } from '../../../../tensor/rgb-image.ts';
import type { ConceptTask } from '../../sources/concept-source.ts';
import {
  type Covered,
  coveredPatches,
  coveredPictures,
  coveringProgress,
  DRAWS,
  randomPatches,
} from './covered-pictures.ts';

/** The patches that show a concept, by the place of their image. */
export type ShownPatches = ReadonlyMap<number, readonly number[]>;

/** What covering changes, one entry an image that shows the concept: its own patches, and the mean of random ones. */
export interface CoveredChanges {
  concept: number[];
  random: number[];
}

/** A figure of each picture of an image, the whole picture first. */
export type PictureFigure = (pictures: readonly RgbImage[], image: number, task: ConceptTask) => Promise<number[]>;

/** The patches of a concept that are covered, in the images that show it. */
export function shownPatches(
  coefficients: Matrix,
  concept: number,
  { sampler, options }: Pick<Covered, 'sampler' | 'options'>,
): ShownPatches {
  const count = coveredPatches(sampler, options);
  return new Map(
    patchesOfConcept(coefficients, concept, { perImage: sampler.perImage, count }).map(({ image, patches }) => [
      image,
      patches,
    ]),
  );
}

/**
 * Covers the patches of concepts in the images that show them, and as many random ones of the same images, and takes how far
 * each figure rises above that of the whole picture.
 *
 * @returns by concept, then by figure.
 */
export async function coveredChanges(
  concepts: readonly ShownPatches[],
  figures: readonly PictureFigure[],
  input: Covered,
  task: LongTask,
): Promise<CoveredChanges[][]> {
  const count = coveredPatches(input.sampler, input.options);
  const changes = concepts.map(() => figures.map((): CoveredChanges => ({ concept: [], random: [] })));
  const own: ConceptTask = task.signal ? { signal: task.signal } : {};
  const told = coveringProgress(input, task);
  for (let image = 0; image < input.ids.length; image++) {
    task.signal?.throwIfAborted();
    told(image);
    const here = [...concepts.keys()].filter((j) => concepts[j]!.has(image));
    if (here.length === 0) continue;
    const sets = [...randomPatches(image, count, input), ...here.map((j) => concepts[j]!.get(image)!)];
    const pictures = await coveredPictures(image, sets, input);
    for (const [f, figure] of figures.entries()) {
      const [whole, ...covered] = await figure(pictures, image, own);
      const rises = covered.map((value) => value - whole!);
      const random = rises.slice(0, DRAWS).reduce((sum, rise) => sum + rise, 0) / DRAWS;
      for (const [i, j] of here.entries()) {
        changes[j]![f]!.concept.push(rises[DRAWS + i]!);
        changes[j]![f]!.random.push(random);
      }
    }
  }
  told(input.ids.length);
  return changes;
}
