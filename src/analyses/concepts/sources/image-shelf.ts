import { cropImage } from '../../../activations/images/crop-and-turn.ts';
import { fitImage, type Preprocessing } from '../../../activations/images/preprocess.ts';
import type { LoadableImage } from '../../../activations/model/extract-features.ts';
import { SemblanceError, UnsupportedError } from '../../../base/errors.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';

/** How a picture becomes the square that all models see. */
export type CropGeometry = Pick<Preprocessing, 'resize' | 'interpolation' | 'crop' | 'cropRounding'>;

/** The square crop of each picture, kept while memory allows. */
export interface ImageShelf {
  side: number;
  /** @throws FormatError naming the picture where it cannot be decoded. */
  crop(index: number): Promise<RgbImage>;
}

/**
 * Decodes pictures and cuts the square that both models see out of them; the oldest are forgotten where they would take
 * more than `memory` bytes.
 */
export function imageShelf(
  images: readonly LoadableImage[],
  side: number,
  geometry: CropGeometry,
  decode: ((bytes: Uint8Array, name: string) => Promise<RgbImage>) | undefined,
  memory: number,
): ImageShelf {
  const kept = new Map<number, RgbImage>();
  const most = Math.max(1, Math.floor(memory / (side * side * 3)));
  return {
    side,
    async crop(index) {
      const known = kept.get(index);
      if (known) return known;
      const source = images[index]!;
      const loaded = await source.load();
      const isBytes = loaded instanceof Uint8Array;
      if (isBytes && !decode)
        throw new SemblanceError(`${source.name} is a file; pass a decoder to run it through a model.`);
      const picture = isBytes ? await decode!(loaded, source.name) : loaded;
      const square = squareCrop(picture, side, geometry);
      kept.set(index, square);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      return square;
    },
  };
}

/** The middle of the fitted picture, side × side. */
function squareCrop(picture: RgbImage, side: number, geometry: CropGeometry): RgbImage {
  const fitted = fitImage(picture, {
    ...geometry,
    rescale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    channels: 'rgb',
    layout: 'nchw',
  });
  if (fitted.width === side && fitted.height === side) return fitted;
  return cropImage(fitted, Math.floor((fitted.width - side) / 2), Math.floor((fitted.height - side) / 2), side, side);
}

/**
 * The crop that models share: as large as the largest input asks for, resized and cut as that model wants it, the first
 * of equals.
 *
 * @throws UnsupportedError where an input is not square.
 */
export function sharedGeometry(
  models: readonly { name: string; input: { height: number; width: number }; preprocessing: Preprocessing }[],
): {
  side: number;
  geometry: CropGeometry;
  /** Which models would have seen something else by themselves; null where none. */
  note: string | null;
} {
  for (const {
    name,
    input: { height, width },
  } of models)
    if (height !== width)
      throw new UnsupportedError(`${name} takes pictures of ${height}×${width}; patches are cut from square ones.`, {
        hint: 'Export the model with a square input, or write its activations with FeatureWriter of the Python package (integrations/python).',
      });
  const chosen = models.reduce((best, model) => (model.input.height > best.input.height ? model : best));
  const { resize, interpolation, crop, cropRounding } = chosen.preprocessing;
  const others = models.filter(
    (model) =>
      model !== chosen && JSON.stringify(cut(model.preprocessing)) !== JSON.stringify(cut(chosen.preprocessing)),
  );
  return {
    side: chosen.input.height,
    geometry: { resize, interpolation, crop, cropRounding },
    note:
      others.length > 0
        ? `${models.length > 2 ? 'All' : 'Both'} models see the same pixels, cut as ${chosen.name} wants them; ${others.map(({ name }) => name).join(' and ')} would resize or crop in another way.`
        : null,
  };
}

function cut({ resize, interpolation, crop }: Preprocessing): unknown {
  return [resize, interpolation, crop];
}
