import { resizeImage } from '../../../activations/images/resize.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { ImageInput, RepresentationsPlatform } from '../options.ts';

/** Longer side of the pictures kept in a study. */
const THUMBNAIL_SIDE = 96;

/** Keeps a small PNG of what the network saw of each picture; undefined where the platform makes none. */
export function thumbnailer(work: WorkArea, { thumbnail }: RepresentationsPlatform) {
  if (!thumbnail) return undefined;
  return async (index: number, image: RgbImage): Promise<void> =>
    work.writeBytes(thumbnailPath(index), await thumbnail(smallPicture(image)));
}

/** A picture as small as studies keep them. */
export function smallPicture(image: RgbImage): RgbImage {
  const scale = THUMBNAIL_SIDE / Math.max(image.width, image.height);
  const size = (side: number): number => Math.max(1, Math.round(side * scale));
  return scale < 1 ? resizeImage(image, size(image.width), size(image.height)) : image;
}

/** A picture as it is, decoded; undefined where it cannot be. */
export async function wholePicture(
  image: ImageInput,
  { decode }: RepresentationsPlatform,
): Promise<RgbImage | undefined> {
  const loaded = await image.load().catch(() => undefined);
  if (!(loaded instanceof Uint8Array)) return loaded;
  return decode?.(loaded, image.name).catch(() => undefined);
}

/**
 * Small PNGs of whole pictures, where no model took them in and what it saw of them is not known: the pictures of features
 * that were computed elsewhere. A picture that cannot be decoded has none.
 */
export async function keepWholePictures(
  work: WorkArea,
  platform: RepresentationsPlatform,
  images: readonly ImageInput[],
  indices: readonly number[],
  { signal }: LongTask,
): Promise<void> {
  const keep = thumbnailer(work, platform);
  if (!keep) return;
  for (const index of indices) {
    signal?.throwIfAborted();
    const picture = await wholePicture(images[index]!, platform);
    if (picture) await keep(index, picture);
  }
}

/** Within the section of the study, and within the work area. */
export function thumbnailPath(index: number): string {
  return `images/${String(index).padStart(5, '0')}.png`;
}
