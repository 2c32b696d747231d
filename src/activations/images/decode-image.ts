import { FormatError, MissingRuntimeError } from '../../base/errors.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import { PICTURE_FORMATS, pictureFormat } from './picture-format.ts';
import { checkPictureSize, MAX_PIXELS, pictureSize } from './picture-size.ts';

/**
 * Decodes a picture file (JPEG, PNG, WebP, GIF, TIFF or AVIF, told by its first bytes) to 8-bit RGB (Node). As in
 * Pillow's `convert('RGB')`, transparency is dropped, not blended, and EXIF orientation is not applied.
 *
 * @throws MissingRuntimeError without sharp; FormatError naming the file where it is damaged, cut short, no picture or
 *   of more than `MAX_PIXELS`.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<RgbImage> {
  if (pictureFormat(bytes) === undefined)
    throw new FormatError(`${name} cannot be decoded: it is in none of the formats ${PICTURE_FORMATS.join(', ')}.`);
  checkPictureSize(pictureSize(bytes), name);
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_PIXELS })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels === 3) return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    const rgb = new Uint8Array(width * height * 3);
    for (let p = 0; p < width * height; p++) rgb.fill(data[p * channels]!, p * 3, p * 3 + 3);
    return { width, height, data: rgb };
  } catch (error) {
    throw new FormatError(`${name} cannot be decoded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

type Sharp = typeof import('sharp').default;

let loaded: Promise<Sharp> | undefined;

function loadSharp(): Promise<Sharp> {
  loaded ??= import('sharp').then(
    ({ default: sharp }) => sharp,
    (error: unknown) => {
      loaded = undefined;
      throw new MissingRuntimeError('sharp cannot be loaded; reading images needs it.', {
        hint: 'npm install --ignore-scripts sharp',
        cause: error,
      });
    },
  );
  return loaded;
}
