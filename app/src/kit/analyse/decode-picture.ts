import { pictureFormat } from '#src/activations/images/picture-format.ts';
import { checkPictureSize, type PictureSize, pictureSize } from '#src/activations/images/picture-size.ts';
import { FormatError } from '#src/base/errors.ts';
import type { RgbImage } from '#src/tensor/rgb-image.ts';

/** Media types of the formats that browsers decode. */
const TYPES: Readonly<Record<string, string>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  GIF: 'image/gif',
  WebP: 'image/webp',
  AVIF: 'image/avif',
};

/**
 * Decodes a picture by the browser, as the command line does: its stored orientation, without colour management.
 *
 * @throws FormatError where it is damaged, no picture or too large, where the browser has no decoder for its format, and
 *   where it has transparent parts, whose colours browsers do not give: such a picture is left out by name, and the others
 *   are looked at.
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<RgbImage> {
  const format = pictureFormat(bytes);
  if (format === undefined) throw new FormatError(`${name} cannot be decoded: it is no picture that is known.`);
  const type = TYPES[format];
  if (type === undefined) throw new FormatError(`${name} is ${format}, which browsers do not decode.`);
  checkPictureSize(pictureSize(bytes), name);
  const { width, height, rgba } = await pixelsOf(format === 'JPEG' ? withoutExif(bytes) : bytes, type, name);
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    if (rgba[4 * p + 3] !== 255)
      throw new FormatError(`${name} has transparent parts; browsers do not give the colours beneath them.`);
    data[3 * p] = rgba[4 * p]!;
    data[3 * p + 1] = rgba[4 * p + 1]!;
    data[3 * p + 2] = rgba[4 * p + 2]!;
  }
  return { width, height, data };
}

async function pixelsOf(
  bytes: Uint8Array,
  type: string,
  name: string,
): Promise<PictureSize & { rgba: ArrayLike<number> }> {
  try {
    const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
    const { width, height } = bitmap;
    checkPictureSize({ width, height }, name);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('the browser gives no canvas of its size');
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, rgba: context.getImageData(0, 0, width, height).data };
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw new FormatError(`${name} cannot be decoded: ${(cause as Error).message}`, { cause });
  }
}

/** The PNG of a picture. */
export async function encodePicture({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(width, height);
  for (let p = 0; p < width * height; p++)
    pixels.data.set([data[3 * p]!, data[3 * p + 1]!, data[3 * p + 2]!, 255], 4 * p);
  context.putImageData(pixels, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

/** A JPEG without its EXIF segments: browsers would turn the picture as these say, which networks were never shown. */
export function withoutExif(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let at = 2;
  // Segments have a marker and a length up to the scan, behind which the picture itself is.
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const end = at + 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    const isExif = bytes[at + 1] === 0xe1 && String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'Exif';
    if (!isExif) kept.push(bytes.subarray(at, end));
    at = end;
  }
  if (at === 2) return bytes;
  kept.push(bytes.subarray(at));
  const out = new Uint8Array(kept.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of kept) {
    out.set(part, place);
    place += part.length;
  }
  return out;
}
