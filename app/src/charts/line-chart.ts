import { element, escapeText } from '../kit/export/svg.ts';
import type { Palette } from '../kit/theme/palette.ts';
import { type Axis, domainFromZero, linearAxis, logAxis, logDomain, wholeAxis } from './axis.ts';
import { linePath, lonePlaces, type Place } from './line-path.ts';

/** A curve over epochs; null where it has no value. */
export interface ChartLine {
  epochs: readonly number[];
  values: readonly (number | null)[];
  colour: string;
  /** Dashed lines are the second of two kinds; faint ones are levels to compare with; ghosts stand behind a smoothed curve. */
  style: 'solid' | 'dashed' | 'faint' | 'ghost';
}

/** A stretch of epochs with a name, shaded behind the curves. */
export interface ChartBand {
  from: number;
  to: number;
  name: string;
  /** How deep the shade is, 0 … 1. */
  depth: number;
}

export interface LineChart {
  lines: readonly ChartLine[];
  bands: readonly ChartBand[];
  /** Epochs marked on the axis, in the colour of what is marked. */
  marks: readonly { epoch: number; colour: string }[];
  /** First and last epoch; all charts of a page share them. */
  epochs: readonly [number, number];
  log?: boolean;
}

export interface ChartLayout {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Epochs. */
  x: Axis;
  y: Axis;
}

const LEFT = 40;
const RIGHT = 10;
/** Above the plot, for the names of the phases. */
const TOP = 15;
const BOTTOM = 20;

export function layoutLineChart(chart: LineChart, width: number, height: number): ChartLayout {
  const values = chart.lines.flatMap((line) => line.values.filter((value): value is number => Number.isFinite(value)));
  const bottom = height - BOTTOM;
  const range = [bottom, TOP] as const;
  const y = chart.log
    ? logAxis(logDomain(values), range)
    : linearAxis(domainFromZero(values), range, height < 120 ? 3 : 4);
  const right = LEFT + Math.max(10, width - LEFT - RIGHT);
  return {
    width,
    height,
    left: LEFT,
    right,
    top: TOP,
    bottom,
    x: wholeAxis(chart.epochs, [LEFT, right], Math.max(2, (right - LEFT) / 56)),
    y,
  };
}

/** The chart as SVG elements, in the colours of a palette: what the screen shows is what is exported. */
export function drawLineChart(chart: LineChart, layout: ChartLayout, palette: Palette): string[] {
  const { left, right, top, bottom, x, y } = layout;
  const parts: string[] = [];
  for (const { from, to, name, depth } of chart.bands) {
    const start = Math.max(left, x.place(from));
    const width = Math.min(right, x.place(to)) - start;
    if (width <= 0) continue;
    parts.push(
      element('rect', {
        x: start,
        y: top,
        width,
        height: bottom - top,
        fill: palette.muted,
        opacity: 0.03 + depth * 0.11,
      }),
    );
    if (width > name.length * 5.2)
      parts.push(label(start + 1, top - 5, name, { fill: palette.muted, 'font-size': 10 }));
  }
  for (const tick of y.ticks) {
    const at = y.place(tick.value);
    parts.push(
      element('line', { x1: left, x2: right, y1: at, y2: at, stroke: palette.border }),
      label(left - 6, at, tick.label, {
        fill: palette.muted,
        'font-size': 10.5,
        'text-anchor': 'end',
        'dominant-baseline': 'central',
      }),
    );
  }
  parts.push(element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: palette.outline, opacity: 0.6 }));
  for (const tick of x.ticks)
    parts.push(
      label(x.place(tick.value), bottom + 13, tick.label, {
        fill: palette.muted,
        'font-size': 10.5,
        'text-anchor': 'middle',
      }),
    );
  for (const { epoch, colour } of chart.marks) {
    const at = x.place(epoch);
    parts.push(
      element('line', { x1: at, x2: at, y1: top, y2: bottom, stroke: colour, 'stroke-dasharray': '1 4', opacity: 0.8 }),
      element('path', { d: `M${at - 3.5} ${bottom + 0.5}h7l-3.5 -5z`, fill: colour }),
    );
  }
  for (const line of [...chart.lines].sort((a, b) => order(a) - order(b))) parts.push(...drawLine(line, layout));
  return parts;
}

const ORDER = { ghost: 0, faint: 1, dashed: 2, solid: 3 } as const;
const order = (line: ChartLine): number => ORDER[line.style];

function drawLine(line: ChartLine, { x, y }: ChartLayout): string[] {
  const places = line.epochs.map((epoch, i): Place | null => {
    const value = line.values[i] ?? Number.NaN;
    return Number.isFinite(value) && (!y.log || value > 0) ? [x.place(epoch), y.place(value)] : null;
  });
  const look = {
    solid: { 'stroke-width': 1.75, opacity: 1 },
    dashed: { 'stroke-width': 1.5, 'stroke-dasharray': '4 3', opacity: 0.95 },
    faint: { 'stroke-width': 1, 'stroke-dasharray': '1.5 3', opacity: 0.75 },
    ghost: { 'stroke-width': 1, opacity: 0.3 },
  }[line.style];
  return [
    element('path', { d: linePath(places), fill: 'none', stroke: line.colour, 'stroke-linejoin': 'round', ...look }),
    ...(line.style === 'faint' || line.style === 'ghost'
      ? []
      : lonePlaces(places).map(([cx, cy]) => element('circle', { cx, cy, r: 2, fill: line.colour }))),
  ];
}

function label(x: number, y: number, text: string, attributes: Record<string, string | number>): string {
  return element('text', { x, y, ...attributes }, escapeText(text));
}
