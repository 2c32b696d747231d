import type { ClassOrder } from './class-order.ts';
import type { Viewport } from './viewport.ts';

/** Space beside the plot for the group bars and their names, in CSS pixels. */
export interface MapGeometry {
  /** Width and height of the whole canvas. */
  width: number;
  height: number;
  /** Where the square plot lies within it. */
  left: number;
  top: number;
  side: number;
}

export const BAR = 5;
export const BAR_GAP = 2;
export const LABEL_BAND = 14;

/** Room for two bands of bars and one line of names. */
export const GUTTER = 2 * (BAR + BAR_GAP) + LABEL_BAND + 2;

/** Lays out a map of the given width; without groups the plot takes it all. */
export function mapGeometry(width: number, withGroups: boolean): MapGeometry {
  const gutter = withGroups ? GUTTER : 0;
  const side = Math.max(40, Math.floor(width - gutter));
  return { width: side + gutter, height: side + gutter, left: gutter, top: 0, side };
}

/** A pair of classes by their indices in the study. */
export interface Cell {
  row: number;
  col: number;
}

/** The cell under a point of the canvas, or undefined outside the plot. */
export function cellAt(
  geometry: MapGeometry,
  viewport: Viewport,
  order: ClassOrder,
  x: number,
  y: number,
): Cell | undefined {
  const { left, top, side } = geometry;
  if (x < left || y < top || x >= left + side || y >= top + side) return undefined;
  const n = order.classAt.length;
  const col = Math.min(n - 1, Math.floor(viewport.x + ((x - left) / side) * viewport.span));
  const row = Math.min(n - 1, Math.floor(viewport.y + ((y - top) / side) * viewport.span));
  return { row: order.classAt[row]!, col: order.classAt[col]! };
}
