import { cropImage } from '../../../activations/images/crop-and-turn.ts';
import { resizeImage } from '../../../activations/images/resize.ts';
import type { CollageRow } from '../../../study/concepts-section.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';

/** Colours of the frames, as in the method: strongest, under-predicted, over-predicted. */
const FRAMES = { top: [0x00, 0x9e, 0x73], under: [0x00, 0x72, 0xb2], over: [0xd5, 0x5e, 0x00] } as const;
export const COLLAGE_ROWS = ['top', 'under', 'over'] as const;

const TILE = 96;
const FRAME = 6;
const GAP = 8;

/** One picture of the three collages of a concept: a row each, from above in the order given, in coloured frames. */
export async function collageSheet(
  rows: readonly CollageRow[],
  order: readonly CollageRow['kind'][],
  count: number,
  patch: (image: number, patch: number) => Promise<RgbImage>,
): Promise<RgbImage> {
  const step = TILE + 2 * FRAME + GAP;
  const width = GAP + count * step;
  const height = GAP + order.length * step;
  const sheet: RgbImage = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
  for (const [r, kind] of order.entries()) {
    const patches = rows.find((row) => row.kind === kind)?.patches.slice(0, count) ?? [];
    for (const [t, { image, patch: number }] of patches.entries()) {
      const left = GAP + t * step;
      const top = GAP + r * step;
      fill(sheet, left, top, TILE + 2 * FRAME, FRAMES[kind]);
      place(sheet, left + FRAME, top + FRAME, resizeImage(await patch(image, number), TILE, TILE));
    }
  }
  return sheet;
}

/** The part of a crop that a patch covers. */
export function patchOf(crop: RgbImage, [y, x]: readonly [number, number], size: number): RgbImage {
  return cropImage(crop, x, y, size, size);
}

function fill({ width, data }: RgbImage, left: number, top: number, side: number, colour: readonly number[]): void {
  for (let y = top; y < top + side; y++) for (let x = left; x < left + side; x++) data.set(colour, (y * width + x) * 3);
}

function place({ width, data }: RgbImage, left: number, top: number, tile: RgbImage): void {
  for (let y = 0; y < tile.height; y++)
    data.set(tile.data.subarray(y * tile.width * 3, (y + 1) * tile.width * 3), ((top + y) * width + left) * 3);
}
