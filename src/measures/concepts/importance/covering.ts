import { UsageError } from '../../../base/errors.ts';
import { bootstrapMean } from '../../../statistics/bootstrap.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { ResampleOptions, Uncertain } from '../regress/agreement-bootstrap.ts';

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
  /** Their difference with its interval over images. */
  effect: Uncertain;
}

/**
 * Compares what covering a concept's patches changes with what covering as many random ones of the same images does.
 *
 * @param concept One change an image, and `random` alike.
 * @returns null without images.
 * @throws UsageError when lengths differ.
 */
export function coveringEffect(
  concept: ArrayLike<number>,
  random: ArrayLike<number>,
  options: ResampleOptions = {},
): CoveringEffect | null {
  if (concept.length !== random.length)
    throw new UsageError(`There are ${concept.length} changes by the concept and ${random.length} by random patches.`);
  if (concept.length === 0) return null;
  const mean = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const {
    mean: value,
    low,
    high,
  } = bootstrapMean(
    Float64Array.from(concept, (change, i) => change - random[i]!),
    options,
  );
  return { concept: mean(concept), random: mean(random), effect: { value, low, high } };
}
