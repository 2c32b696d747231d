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
  /** Whether the groups on the left have their names. */
  namesLeft: boolean;
}

/** Thickness of a group's bar. */
export const BAR = 5;
const GAP = 2;
const NAMES = 13;

/** Where a band of groups lies, measured outwards from the edge of the plot. */
export interface BandPlace {
  bar: number;
  /** Middle of its names; undefined where there is no room for names. */
  names: number | undefined;
}

/** Outer band first. With names each band has its own line of them, so that they read as nested. */
export function bandPlaces(withNames: boolean): [outer: BandPlace, inner: BandPlace] {
  const first = GAP + 1;
  if (!withNames)
    return [
      { bar: first + BAR + GAP, names: undefined },
      { bar: first, names: undefined },
    ];
  const second = first + BAR + NAMES + GAP;
  return [
    { bar: second, names: second + BAR + NAMES / 2 + 0.5 },
    { bar: first, names: first + BAR + NAMES / 2 + 0.5 },
  ];
}

const WITH_NAMES = 3 + 2 * (BAR + NAMES) + GAP;
const WITHOUT_NAMES = 3 + 2 * BAR + GAP;

/** Maps at least this wide have the names of groups on the left too, where they are turned. */
const NAMES_ON_THE_LEFT = 440;

/** Lays out a map of the given width; without groups the plot takes it all. */
export function mapGeometry(width: number, withGroups: boolean): MapGeometry {
  const namesLeft = withGroups && width >= NAMES_ON_THE_LEFT;
  const left = withGroups ? (namesLeft ? WITH_NAMES : WITHOUT_NAMES) : 0;
  const below = withGroups ? WITH_NAMES : 0;
  const side = Math.max(40, Math.floor(width - left));
  return { width: side + left, height: side + below, left, top: 0, side, namesLeft };
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
