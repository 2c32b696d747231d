import { pictureCoverer } from '../../../../activations/images/cover-patches.ts';
import type { LongTask } from '../../../../base/progress.ts';
import { sha256Words } from '../../../../base/sha256.ts';
import { createRandom } from '../../../../statistics/random.ts';
import type { RgbImage } from '../../../../tensor/rgb-image.ts';
import type { PlainOptions } from '../../option-table.ts';
import type { ConceptSource } from '../../sources/concept-source.ts';
import type { SamplerEntry } from '../../sources/sampler-entry.ts';

/** Draws of random patches of an image, which all concepts are compared with. */
export const DRAWS = 4;

/** The evaluation images of a class, whose patches are covered. */
export interface Covered {
  /** Of the class, for progress. */
  name: string;
  sampler: SamplerEntry;
  /** Crops of the evaluation images, by their place among them. */
  crop(image: number): Promise<RgbImage>;
  /** Content ids of the evaluation images: what is random depends on them and the seed alone. */
  ids: readonly string[];
  seed: string;
  options: PlainOptions;
}

/** Says how many of a class's evaluation images have been looked at covered. */
export function coveringProgress({ name, ids }: Covered, { onProgress }: LongTask): (done: number) => void {
  return (done) => onProgress?.({ task: `covering patches, ${name}`, done, total: ids.length, unit: 'images' });
}

/** How many patches of an image are covered. */
export function coveredPatches({ perImage }: SamplerEntry, { occludePatches }: PlainOptions): number {
  return occludePatches ?? Math.max(1, Math.round(perImage / 8));
}

/** Patches drawn without replacement, a few times. */
export function randomPatches(image: number, count: number, { sampler, ids, seed }: Covered): number[][] {
  const random = createRandom(sha256Words(`${seed}/${ids[image]}`)[0]);
  return Array.from({ length: DRAWS }, () => [...random.permutation(sampler.perImage).subarray(0, count)]);
}

/** The picture as it is, then with each set of patches covered. */
export async function coveredPictures(
  image: number,
  sets: readonly (readonly number[])[],
  { crop, sampler, options }: Covered,
): Promise<RgbImage[]> {
  const picture = await crop(image);
  const size = sampler.size!;
  const cover = pictureCoverer(picture, options.occlude ?? 'mean', size);
  const box = (patch: number) => ({ y: sampler.origins![patch]![0], x: sampler.origins![patch]![1], size });
  return [picture, ...sets.map((patches) => cover(patches.map(box)))];
}

/** Whether importance can be had by covering: the model runs, some of several patches can be covered, and it is wanted. */
export function canCover({ look, head }: ConceptSource, { perImage, origins }: SamplerEntry): boolean {
  return look !== undefined && perImage > 1 && origins !== null && !head.isLeftOut;
}
