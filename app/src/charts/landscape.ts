import { element } from '../kit/export/svg.ts';
import type { Palette } from '../kit/theme/palette.ts';
import type { PlacedPoint } from './placed-point.ts';
import { pointNames } from './point-names.ts';

/** A point of a landscape, in coordinates of its own. */
export interface LandscapePoint {
  key: string;
  name: string;
  x: number;
  y: number;
  /** Its place among the groups; undefined for one of none of them. */
  group: number | undefined;
}

/** The part of a landscape that is looked at: a centre in its own coordinates, and how many times closer than all of it. */
export interface LandscapeView {
  x: number;
  y: number;
  zoom: number;
}

export interface LandscapeFigure {
  body: string[];
  points: PlacedPoint[];
  /** Pixels to a unit, to turn a movement of the pointer into one of the view. */
  scale: number;
}

const MARGIN = 26;

/** The view that shows everything. */
export function wholeLandscape(points: readonly LandscapePoint[]): LandscapeView {
  const middle = (values: number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
  return { x: middle(points.map(({ x }) => x)), y: middle(points.map(({ y }) => y)), zoom: 1 };
}

/** Points with as many names as there is room for; both axes have one scale, since distances are what is shown. */
export function drawLandscape(
  all: readonly LandscapePoint[],
  view: LandscapeView,
  { colourOf, palette, width, height }: Drawing,
): LandscapeFigure {
  const span = (values: number[]): number => Math.max(...values) - Math.min(...values) || 1;
  const fit = Math.min(
    (width - 2 * MARGIN) / span(all.map(({ x }) => x)),
    (height - 2 * MARGIN) / span(all.map(({ y }) => y)),
  );
  const scale = fit * view.zoom;
  const placed = all
    .map((point) => ({
      ...point,
      x: width / 2 + (point.x - view.x) * scale,
      y: height / 2 - (point.y - view.y) * scale,
    }))
    .filter(({ x, y }) => x > -8 && x < width + 8 && y > -8 && y < height + 8);
  const radius = all.length > 400 ? 2.6 : 3.6;
  const body = placed.map(({ x, y, group }) =>
    element('circle', {
      cx: round(x),
      cy: round(y),
      r: radius,
      fill: group === undefined ? palette.muted : colourOf(group),
      'fill-opacity': group === undefined ? 0.6 : 0.9,
    }),
  );
  body.push(...pointNames(placed, radius, palette, width));
  return { body, points: placed.map(({ key, x, y }) => ({ key, x, y })), scale };
}

export interface Drawing {
  /** The colour of a group by its place. */
  colourOf: (group: number) => string;
  palette: Palette;
  width: number;
  height: number;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
