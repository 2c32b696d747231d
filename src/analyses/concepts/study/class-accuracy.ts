import type { ClassGroup, GroupedImage } from '../sources/image-groups.ts';

/**
 * Accuracy of each model on the images labelled with the class that no class was fitted on; of a group that is no class, on
 * its labelled evaluation images. Null without labels.
 */
export function classAccuracy(
  { index, evaluation }: ClassGroup,
  images: readonly GroupedImage[],
  split: ReadonlyMap<number, 'fit' | 'evaluation'>,
): (number | null)[] {
  const own = new Set(evaluation);
  const labelled = images.filter((image) =>
    index === null
      ? image.label >= 0 && own.has(image.index)
      : image.label === index && split.get(image.index) === 'evaluation',
  );
  return (images[0]?.predicted ?? []).map((_, m) => {
    const known = labelled.filter(({ predicted }) => predicted[m] !== null);
    return known.length > 0
      ? known.filter(({ label, predicted }) => predicted[m] === label).length / known.length
      : null;
  });
}
