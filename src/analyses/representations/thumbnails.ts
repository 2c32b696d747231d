import type { RgbImage } from '../../inference/image.ts';
import { resizeImage } from '../../inference/resize.ts';
import type { WorkArea } from '../images/work-area.ts';
import type { RepresentationsPlatform } from './options.ts';

/** Longer side of the pictures kept in a study. */
const THUMBNAIL_SIDE = 96;

/** Keeps a small PNG of what the network saw of each picture; undefined where the platform makes none. */
export function thumbnailer(work: WorkArea, { thumbnail }: RepresentationsPlatform) {
  if (!thumbnail) return undefined;
  return async (index: number, image: RgbImage): Promise<void> => {
    const scale = THUMBNAIL_SIDE / Math.max(image.width, image.height);
    const size = (side: number): number => Math.max(1, Math.round(side * scale));
    const small = scale < 1 ? resizeImage(image, size(image.width), size(image.height)) : image;
    await work.writeBytes(thumbnailPath(index), await thumbnail(small));
  };
}

/** Within the section of the study, and within the work area. */
export function thumbnailPath(index: number): string {
  return `images/${String(index).padStart(5, '0')}.png`;
}
