import type { FeaturesFile } from '../../../activations/features-file/features-file.ts';
import { IncomparableError, UsageError } from '../../../base/errors.ts';
import type { ImageInput, RepresentationModelInput } from '../options.ts';

/** The images of an analysis, and what each input calls them. */
export interface Samples {
  images: readonly ImageInput[];
  /** Content ids as each input knows them. */
  ids: (string | null)[][];
}

/** The images that all inputs are about: those given, or those that the first file of features lists. */
export function settleSamples(
  inputs: readonly RepresentationModelInput[],
  files: readonly (FeaturesFile | undefined)[],
  images: readonly ImageInput[],
  hashes: readonly (string | null)[],
): Samples {
  const first = files.find((file) => file !== undefined);
  const all: readonly ImageInput[] = images.length > 0 || !first ? images : listedImages(first, inputs[0]!.source.name);
  const known = images.length > 0 ? [...hashes] : (first?.samples?.map(({ id }) => id ?? null) ?? all.map(() => null));
  files.forEach((file, m) => {
    if (file && file.images !== all.length)
      throw new IncomparableError(
        `${inputs[m]!.source.name} holds features of ${file.images} images; there are ${all.length}.`,
        { hint: 'Give the images that the features are of, in the same order.' },
      );
  });
  return { images: all, ids: files.map((file) => file?.samples?.map(({ id }, i) => id ?? known[i] ?? null) ?? known) };
}

function listedImages({ images, samples }: FeaturesFile, file: string): ImageInput[] {
  return Array.from({ length: images }, (_, i) => {
    const sample = samples?.[i];
    return {
      name: sample?.name ?? `image ${i}`,
      ...(sample?.label !== undefined && { label: sample.label }),
      load: () => Promise.reject(new UsageError(`${file} holds features, not pictures.`)),
    };
  });
}
