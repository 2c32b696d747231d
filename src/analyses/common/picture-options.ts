import type { ImageSample } from '../../activations/images/image-list.ts';
import type { LoadableImage } from '../../activations/model/extract-features.ts';
import { type OptionValues, option, orNull, whole } from '../../base/option-table.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';

/** A picture; `stamp` tells a changed file from what it was, such as by size and time. */
export interface ClassPicture extends ImageSample, LoadableImage {
  stamp?: string;
}

/** How many pictures of classes are kept and looked at. */
export const PICTURE_OPTIONS = {
  /** Null: 6, fewer where there are very many classes. */
  perClass: option(
    orNull(whole(1)),
    null as number | null,
    'pictures kept of each class (default: 6; fewer of very many)',
    { flag: '--images-per-class' },
  ),
  most: option(whole(1), 20_000, 'pictures looked at; of more, a random part', { flag: '--images-most' }),
} as const;

/** Pictures of classes to show beside an analysis: what `--images` names. */
export interface PicturesRequest extends Partial<OptionValues<typeof PICTURE_OPTIONS>> {
  /** The folder or list, as it was named. */
  source: string;
  /** Sub-folders or labels say which class a picture is of. */
  images: readonly ClassPicture[];
  /** Seed of that part. Default 0. */
  seed?: number;
  decode: (bytes: Uint8Array, name: string) => Promise<RgbImage>;
  encodePng: (image: RgbImage) => Promise<Uint8Array>;
}

const DEFAULT_PER_CLASS = 6;

/** Tiles of classes altogether where nobody said how many of each. */
const CLASS_TILES = 3000;

/** Pictures kept of each class where the request does not say: 6, of very many classes fewer. */
export function picturesPerClass({ perClass }: PicturesRequest, classes: number): number {
  return perClass ?? Math.max(1, Math.min(DEFAULT_PER_CLASS, Math.floor(CLASS_TILES / classes)));
}
