import { resizeImage } from '../../activations/images/resize.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';

/** Longer side of the pictures kept; smaller ones are kept as they are. */
const MAX_TILE_SIDE = 64;
const COLUMNS = 10;
export const TILES_PER_SHEET = 100;

/** Makes a picture fit a tile: never larger than it is. */
export function toTile(image: RgbImage): RgbImage {
  const scale = MAX_TILE_SIDE / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const size = (side: number): number => Math.max(1, Math.round(side * scale));
  return resizeImage(image, size(image.width), size(image.height));
}

/**
 * Lays tiles out on sheets of 10 by 10, each in the middle of its square on the colour of its own edge, so that no frame
 * shows. The last sheet has as many rows as it needs.
 */
export function pictureSheets(tiles: readonly RgbImage[]): { side: number; columns: number; sheets: RgbImage[] } {
  const side = Math.max(1, ...tiles.map(({ width, height }) => Math.max(width, height)));
  const sheets: RgbImage[] = [];
  for (let start = 0; start < tiles.length; start += TILES_PER_SHEET) {
    const part = tiles.slice(start, start + TILES_PER_SHEET);
    const width = COLUMNS * side;
    const height = Math.ceil(part.length / COLUMNS) * side;
    const sheet: RgbImage = { width, height, data: new Uint8Array(width * height * 3) };
    part.forEach((tile, t) => {
      place(tile, sheet, (t % COLUMNS) * side, Math.floor(t / COLUMNS) * side, side);
    });
    sheets.push(sheet);
  }
  return { side, columns: COLUMNS, sheets };
}

/** Copies a tile into a square of the sheet, its outermost pixels continued to the square's edge. */
function place(tile: RgbImage, sheet: RgbImage, left: number, top: number, side: number): void {
  const dx = Math.floor((side - tile.width) / 2);
  const dy = Math.floor((side - tile.height) / 2);
  const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
  for (let y = 0; y < side; y++) {
    const row = clamp(y - dy, tile.height) * tile.width;
    for (let x = 0; x < side; x++) {
      const from = (row + clamp(x - dx, tile.width)) * 3;
      const to = ((top + y) * sheet.width + left + x) * 3;
      sheet.data[to] = tile.data[from]!;
      sheet.data[to + 1] = tile.data[from + 1]!;
      sheet.data[to + 2] = tile.data[from + 2]!;
    }
  }
}
