import type { RgbImage } from '../../tensor/rgb-image.ts';
import { resizeImage } from './resize.ts';

/** Side of the small grey picture that fingerprints compare. */
export const GREY_SIDE = 16;

/** What a picture is recognised by: its content in small, without colour. */
export interface PictureFingerprint {
  /** 16×16 grey levels, 0 to 255. */
  grey: Uint8Array;
  /**
   * Difference hash: 64 bits, each telling whether one of 9×8 grey levels is brighter than its right neighbour; and that
   * of the mirrored picture.
   */
  hash: Uint32Array;
  mirrored: Uint32Array;
}

/** Makes the fingerprint of a picture, squeezed to a square by area averages. */
export function pictureFingerprint(image: RgbImage): PictureFingerprint {
  const grey = greyLevels(resizeImage(image, GREY_SIDE, GREY_SIDE, 'box'));
  const steps = greyLevels(resizeImage(image, 9, 8, 'box'));
  return { grey, hash: differenceHash(steps, 1), mirrored: differenceHash(steps, -1) };
}

/** Luma of ITU-R 601, as Pillow's `convert('L')` has it. */
function greyLevels({ data }: RgbImage): Uint8Array {
  return Uint8Array.from({ length: data.length / 3 }, (_, p) =>
    Math.round(0.299 * data[3 * p]! + 0.587 * data[3 * p + 1]! + 0.114 * data[3 * p + 2]!),
  );
}

function differenceHash(steps: Uint8Array, direction: 1 | -1): Uint32Array {
  const hash = new Uint32Array(2);
  for (let bit = 0; bit < 64; bit++) {
    const row = (bit >> 3) * 9;
    const column = bit & 7;
    const [left, right] = direction > 0 ? [column, column + 1] : [8 - column, 7 - column];
    if (steps[row + left]! > steps[row + right]!) hash[bit >> 5]! |= 1 << (bit & 31);
  }
  return hash;
}
