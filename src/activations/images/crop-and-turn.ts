import type { RgbImage } from '../../tensor/rgb-image.ts';

/** The part of a picture from (left, top); where it reaches beyond the edge it is black, as Pillow crops. */
export function cropImage(image: RgbImage, left: number, top: number, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const from = Math.max(0, left);
  const to = Math.min(image.width, left + width);
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++) {
    if (to <= from) break;
    const start = (y * image.width + from) * 3;
    data.set(image.data.subarray(start, start + (to - from) * 3), ((y - top) * width + from - left) * 3);
  }
  return { width, height, data };
}

function modulo(a: number, n: number): number {
  return ((a % n) + n) % n;
}

/** The mirror image, left and right exchanged. */
export function flipImage({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      out.set(data.subarray(from, from + 3), (y * width + (width - 1 - x)) * 3);
    }
  return { width, height, data: out };
}

/** The picture turned counter-clockwise by quarters of a turn. */
export function rotateImage(image: RgbImage, quarters: number): RgbImage {
  let turned = image;
  for (let k = 0; k < modulo(quarters, 4); k++) {
    const { width, height, data } = turned;
    const out = new Uint8Array(data.length);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = (y * width + x) * 3;
        out.set(data.subarray(from, from + 3), ((width - 1 - x) * height + y) * 3);
      }
    turned = { width: height, height: width, data: out };
  }
  return turned;
}
