import { element, escapeText } from '../kit/export/svg.ts';
import type { Palette } from '../kit/theme/palette.ts';
import { type Axis, domainFromZero, linearAxis } from './axis.ts';

/** One value of a row. Shapes tell kinds apart without their colour. */
export interface DotMark {
  value: number | null;
  shape: 'disc' | 'square' | 'diamond' | 'ring';
  colour: string;
  /** Ends of the thin line and, where there are some, of the thick one: an interval, or extremes and quartiles. */
  low?: number | undefined;
  high?: number | undefined;
  quartiles?: readonly [number, number] | undefined;
  /** Told where the pointer rests. */
  title: string;
}

export interface DotRow {
  label: string;
  marks: readonly DotMark[];
  /** A line of its own above the row, such as the model's name. */
  heading?: string | undefined;
}

/** Rows of values along one axis. */
export interface DotPlot {
  rows: readonly DotRow[];
  /** The ends of the axis; by default around the values. */
  domain?: readonly [number, number] | undefined;
  /** A line at what chance, or the best, gives. */
  reference?: { value: number; name: string } | undefined;
  axis: string;
}

export interface DotLayout {
  width: number;
  height: number;
  left: number;
  right: number;
  bottom: number;
  axis: Axis;
  /** Middle of each row. */
  middles: readonly number[];
}

const ROW = 22;
const HEADING = 24;
const TOP = 16;

/** `gutter` is the room for the labels. */
export function layoutDotPlot(plot: DotPlot, width: number, gutter: number): DotLayout {
  const values = plot.rows.flatMap(({ marks }) =>
    marks.flatMap(({ value, low, high }) => [value, low, high].filter((x) => x !== null && x !== undefined)),
  );
  if (plot.reference) values.push(plot.reference.value);
  const right = Math.max(gutter + 40, width - 14);
  const axis = linearAxis(plot.domain ?? domainFromZero(values), [gutter, right]);
  let y = TOP;
  const middles = plot.rows.map(({ heading }) => {
    if (heading !== undefined) y += HEADING;
    y += ROW;
    return y - ROW / 2;
  });
  return {
    width,
    height: y + 38,
    left: gutter,
    right,
    bottom: y + 4,
    axis,
    middles,
  };
}

/** The plot as SVG elements: what the screen shows is what is exported. */
export function drawDotPlot(plot: DotPlot, layout: DotLayout, palette: Palette): string[] {
  const { left, right, bottom, axis, middles } = layout;
  const at = axis.place;
  const text = (x: number, y: number, content: string, style: Record<string, string | number> = {}): string =>
    element('text', { x, y, fill: palette.muted, 'font-size': 11, ...style }, escapeText(content));
  const line = (x1: number, y1: number, x2: number, y2: number, style: Record<string, string | number>): string =>
    element('line', { x1, y1, x2, y2, ...style });
  const parts: string[] = [];
  for (const { value, label } of axis.ticks)
    parts.push(
      line(at(value), TOP, at(value), bottom, { stroke: palette.border }),
      text(at(value), bottom + 14, label, { 'text-anchor': 'middle' }),
    );
  parts.push(text(right, bottom + 30, plot.axis, { 'text-anchor': 'end' }));
  if (plot.reference) {
    const x = at(plot.reference.value);
    parts.push(
      line(x, TOP - 2, x, bottom, { stroke: palette.outline, 'stroke-dasharray': '3 3' }),
      text(x, TOP - 6, plot.reference.name, { 'text-anchor': x > right - 60 ? 'end' : 'middle' }),
    );
  }
  plot.rows.forEach(({ label, marks, heading }, r) => {
    const y = middles[r]!;
    if (heading !== undefined)
      parts.push(text(0, y - ROW / 2 - 7, heading, { fill: palette.text, 'font-weight': 600, 'font-size': 12 }));
    parts.push(text(left - 10, y + 4, label, { 'text-anchor': 'end', fill: palette.text, 'font-size': 12 }));
    const known = marks.map(({ value }) => value).filter((value) => value !== null);
    if (known.length > 1)
      parts.push(
        line(at(Math.min(...known)), y, at(Math.max(...known)), y, { stroke: palette.border, 'stroke-width': 2 }),
      );
    for (const mark of marks) parts.push(drawMark(mark, at, axis.domain, y, palette));
  });
  return parts;
}

function drawMark(
  { value, shape, colour, low, high, quartiles, title }: DotMark,
  at: (value: number) => number,
  domain: readonly [number, number],
  y: number,
  palette: Palette,
): string {
  if (value === null) return '';
  const x = at(value);
  const style = { fill: colour, stroke: palette.background, 'stroke-width': 1.2 };
  const shapes = {
    disc: () => element('circle', { cx: x, cy: y, r: 5, ...style }),
    ring: () => element('circle', { cx: x, cy: y, r: 4, fill: palette.background, stroke: colour, 'stroke-width': 2 }),
    square: () =>
      element('rect', {
        x: x - 4,
        y: y - 4,
        width: 8,
        height: 8,
        fill: palette.background,
        stroke: colour,
        'stroke-width': 2,
      }),
    diamond: () =>
      element('path', { d: `M${x - 5.4} ${y}L${x} ${y - 5.4}L${x + 5.4} ${y}L${x} ${y + 5.4}z`, ...style }),
  };
  const inside = (value: number): number => Math.min(domain[1], Math.max(domain[0], value));
  const band = (from: number, to: number, width: number, opacity: number): string =>
    element('line', {
      x1: at(inside(from)),
      x2: at(inside(to)),
      y1: y,
      y2: y,
      stroke: colour,
      'stroke-width': width,
      'stroke-linecap': 'round',
      opacity,
    });
  return element(
    'g',
    {},
    element('title', {}, escapeText(title)),
    ...(low !== undefined && high !== undefined ? [band(low, high, 1.6, 0.75)] : []),
    // What goes on beyond the axis says so.
    ...(low !== undefined && low < domain[0] ? [arrow(at(domain[0]), y, -1, colour)] : []),
    ...(high !== undefined && high > domain[1] ? [arrow(at(domain[1]), y, 1, colour)] : []),
    ...(quartiles ? [band(quartiles[0], quartiles[1], 7, 0.35)] : []),
    shapes[shape](),
  );
}

function arrow(x: number, y: number, side: -1 | 1, colour: string): string {
  return element('path', { d: `M${x + side * 5} ${y}l${-side * 6} -4v8z`, fill: colour });
}

/**
 * Ends of an axis that rows of quartiles share, with the extremes of each row as far as they lie within three times its
 * middle half: one outlier does not squeeze all others. Extremes beyond end in an arrow.
 */
export function domainOfRows(rows: readonly DotRow[]): readonly [number, number] {
  return domainFromZero(
    rows.flatMap(({ marks }) =>
      marks.flatMap(({ value, low, high, quartiles }) => {
        if (!quartiles) return [value, low, high].filter((end) => end !== null && end !== undefined);
        const [q1, q3] = quartiles;
        const reach = 3 * (q3 - q1);
        return [value ?? q1, q1, q3, Math.max(low ?? q1, q1 - reach), Math.min(high ?? q3, q3 + reach)];
      }),
    ),
  );
}
