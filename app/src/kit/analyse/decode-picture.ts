import { pictureFormat } from '#src/activations/images/picture-format.ts';
import { FormatError, UnsupportedError } from '#src/base/errors.ts';
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
 * @throws FormatError where it is damaged or no picture; UnsupportedError where the browser has no decoder for its format,
 *   or it has transparent parts, whose colours browsers do not give.
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<RgbImage> {
  const format = pictureFormat(bytes);
  if (format === undefined) throw new FormatError(`${name} cannot be decoded: it is no picture that is known.`);
  const type = TYPES[format];
  if (type === undefined) throw new UnsupportedError(`${name} is ${format}, which browsers do not decode.`);
  const plain = format === 'JPEG' ? withoutExif(bytes) : bytes;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([plain as Uint8Array<ArrayBuffer>], { type }), {
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw new FormatError(`${name} cannot be decoded: ${(cause as Error).message}`, { cause });
  }
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    if (rgba[4 * p + 3] !== 255)
      throw new UnsupportedError(`${name} has transparent parts; browsers do not give the colours beneath them.`);
    data[3 * p] = rgba[4 * p]!;
    data[3 * p + 1] = rgba[4 * p + 1]!;
    data[3 * p + 2] = rgba[4 * p + 2]!;
  }
  return { width, height, data };
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
