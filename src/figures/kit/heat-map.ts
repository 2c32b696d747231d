import { withMinus } from '../../base/number-text.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import { type Drawing, textWidth } from './drawing.ts';
import { type ColourMapName, mapColour } from './theme.ts';

/** Encodes pixels as a PNG; the platform brings it. */
export type EncodePng = (image: RgbImage) => Promise<Uint8Array>;

export interface Grid {
  rows: number;
  cols: number;
  /** NaN is drawn as background. */
  at(row: number, col: number): number;
}

export interface HeatMapOptions {
  map?: ColourMapName;
  domain: readonly [number, number];
  encode: EncodePng;
}

/** As far below zero as above it, so that zero is the middle of a diverging map, also where nothing differs. */
export function evenDomain(values: ArrayLike<number>): [number, number] {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]!) || 0);
  return most > 0 ? [-most, most] : [-1, 1];
}

/** Up to so many cells are drawn as squares of their own; more become one picture. */
const MOST_SQUARES = 1_600;
/** A picture has about so many pixels to a side: viewers that smooth pictures then leave cells sharp. */
const PICTURE_SIDE = 1_000;

/** A matrix, each cell one colour. */
export async function drawHeatMap(
  d: Drawing,
  x: number,
  y: number,
  width: number,
  height: number,
  grid: Grid,
  { map = 'sequential', domain, encode }: HeatMapOptions,
): Promise<void> {
  const { rows, cols } = grid;
  const [low, high] = domain;
  const colourOf = (value: number): readonly number[] =>
    Number.isNaN(value) ? none : mapColour(map, (value - low) / (high - low || 1));
  const none = [1, 3, 5].map((i) => Number.parseInt(d.theme.grid.slice(i, i + 2), 16));
  if (rows * cols <= MOST_SQUARES) {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols; j++)
        d.rect(x + (j * width) / cols, y + (i * height) / rows, width / cols + 0.3, height / rows + 0.3, {
          fill: `rgb(${colourOf(grid.at(i, j)).join()})`,
        });
  } else {
    const scale = Math.max(1, Math.floor(PICTURE_SIDE / Math.max(rows, cols)));
    const [tall, wide] = [rows * scale, cols * scale];
    const data = new Uint8Array(tall * wide * 3);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        const colour = colourOf(grid.at(i, j));
        for (let k = 0; k < scale; k++) data.set(colour, (i * scale * wide + j * scale + k) * 3);
      }
      const line = data.subarray(i * scale * wide * 3, (i * scale + 1) * wide * 3);
      for (let k = 1; k < scale; k++) data.set(line, (i * scale + k) * wide * 3);
    }
    d.image(x, y, width, height, await encode({ width: wide, height: tall, data }));
  }
  d.rect(x, y, width, height, { fill: 'none', stroke: d.theme.muted, width: 0.6 });
}

/** A bar of the colours with its ends and title; returns where it ends. */
export function drawColourBar(
  d: Drawing,
  x: number,
  y: number,
  width: number,
  domain: readonly [number, number],
  title: string,
  map: ColourMapName = 'sequential',
): number {
  const steps = 64;
  for (let k = 0; k < steps; k++) {
    const [r, g, b] = mapColour(map, (k + 0.5) / steps);
    d.rect(x + (k * width) / steps, y, width / steps + 0.4, 9, { fill: `rgb(${r},${g},${b})` });
  }
  const ends = domain.map((value) => withMinus(String(Number(value.toPrecision(3)))));
  d.text(x, y + 20, ends[0]!, { size: 10, fill: d.theme.muted });
  d.text(x + width, y + 20, ends[1]!, { size: 10, anchor: 'end', fill: d.theme.muted });
  // A title that does not fit between the ends goes below them.
  const fits = textWidth(title, 10) + textWidth(ends.join('  '), 10) + 16 < width;
  if (fits) d.text(x + width / 2, y + 20, title, { size: 10, anchor: 'middle', fill: d.theme.muted });
  else d.text(x, y + 33, title, { size: 10, fill: d.theme.muted });
  return y + (fits ? 24 : 37);
}
