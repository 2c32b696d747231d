import { UsageError } from '../../../base/errors.ts';
import { studentTail } from '../../../statistics/distributions/student.ts';
import { LEAST_VALUES, meanInterval } from '../../../statistics/intervals/mean-interval.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { type Uncertain, uncertain } from '../regress/agreement-bootstrap.ts';

/** An image counts as showing a concept from this share of its largest coefficient in any image. */
const SHOWS = 0.5;

/** An image that shows a concept, and the patches of it that show it most. */
export interface ShownConcept {
  image: number;
  /** Patches of the image, the strongest first. */
  patches: number[];
}

/**
 * Where a concept is to be covered: in each image whose strongest patch has at least half of the concept's largest
 * coefficient, its `count` strongest patches; of the image's patches that do not show it (coefficient 0) none.
 *
 * @param coefficients Images · patches × concepts.
 * @throws UsageError when rows are not whole images, or `count` is not from 1 to the patches of an image.
 */
export function patchesOfConcept(
  coefficients: Matrix,
  concept: number,
  { perImage, count }: { perImage: number; count: number },
): ShownConcept[] {
  if (coefficients.rows % perImage !== 0)
    throw new UsageError(`${coefficients.rows} rows are not ${perImage} for each image.`);
  if (!(Number.isInteger(count) && count >= 1 && count <= perImage))
    throw new UsageError(`The number of patches to cover must be from 1 to ${perImage}; found ${count}.`);
  const value = (row: number): number => coefficients.data[row * coefficients.cols + concept]!;
  const images = Array.from({ length: coefficients.rows / perImage }, (_, image) => {
    const patches = Array.from({ length: perImage }, (_, patch) => patch)
      .filter((patch) => value(image * perImage + patch) > 0)
      .sort((a, b) => value(image * perImage + b) - value(image * perImage + a) || a - b)
      .slice(0, count);
    return { image, patches, strongest: patches.length > 0 ? value(image * perImage + patches[0]!) : 0 };
  });
  const largest = images.reduce((most, { strongest }) => Math.max(most, strongest), 0);
  return images
    .filter(({ strongest, patches }) => patches.length === count && strongest >= SHOWS * largest)
    .map(({ image, patches }) => ({ image, patches }));
}

/** What covering does to a model's answer, averaged over images. */
export interface CoveringEffect {
  /** Mean change where the concept's patches are covered, and where random ones are. */
  concept: number;
  random: number;
  /** Their difference with its interval over images (Student's t), which fewer than five images do not have. */
  effect: Uncertain;
  /** Two-sided p-value of an effect above 0, by Student's t; 1 of none or one below, null below five images. */
  p: number | null;
}

/**
 * Compares what covering a concept's patches changes with what covering as many random ones of the same images does.
 *
 * @param concept One change an image, and `random` alike.
 * @param level Of the interval; default 0.95.
 * @returns null without images.
 * @throws UsageError when lengths differ, or the level does not lie between 0 and 1.
 */
export function coveringEffect(
  concept: ArrayLike<number>,
  random: ArrayLike<number>,
  level = 0.95,
): CoveringEffect | null {
  if (concept.length !== random.length)
    throw new UsageError(`There are ${concept.length} changes by the concept and ${random.length} by random patches.`);
  if (!(level > 0 && level < 1)) throw new UsageError(`The level of an interval lies between 0 and 1; found ${level}.`);
  const count = concept.length;
  if (count === 0) return null;
  const beyond = Float64Array.from(concept, (change, i) => change - random[i]!);
  const value = mean(beyond);
  const squares = beyond.reduce((sum, change) => sum + (change - value) ** 2, 0);
  return {
    concept: mean(concept),
    random: mean(random),
    effect: uncertain(value, meanInterval(value, squares, count, level)),
    p: count < LEAST_VALUES ? null : pAboveZero(value, squares, count),
  };
}

function pAboveZero(value: number, squares: number, count: number): number {
  // Changes that are all the same leave nothing to chance.
  if (squares === 0) return value > 0 ? 0 : 1;
  return Math.min(1, 2 * studentTail(value / Math.sqrt(squares / (count - 1) / count), count - 1));
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
