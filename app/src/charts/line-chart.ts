import { element, escapeText } from '../export/svg.ts';
import type { Palette } from '../theme/palette.ts';
import { type Axis, linearAxis, logAxis, roundTicks, share, tickText } from './axis.ts';
import { type EpochAxis, epochAxis } from './epoch-axis.ts';

/** A curve over epochs; null where it has no value. */
export interface ChartLine {
  epochs: readonly number[];
  values: readonly (number | null)[];
  colour: string;
  /** Dashed lines are the second of two kinds; faint ones are levels to compare with. */
  style: 'solid' | 'dashed' | 'faint';
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

export interface ChartLayout extends EpochAxis {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  y: Axis;
  /** Pixels of a value. */
  atValue: (value: number) => number;
}

const LEFT = 40;
const RIGHT = 10;
/** Above the plot, for the names of the phases. */
const TOP = 15;
const BOTTOM = 20;

export function layoutLineChart(chart: LineChart, width: number, height: number): ChartLayout {
  const values = chart.lines.flatMap((line) => line.values.filter((value): value is number => Number.isFinite(value)));
  const y = chart.log ? logAxis(values) : linearAxis(values, height < 120 ? 3 : 4);
  const inner = Math.max(10, width - LEFT - RIGHT);
  const bottom = height - BOTTOM;
  return {
    width,
    height,
    left: LEFT,
    right: width - RIGHT,
    top: TOP,
    bottom,
    y,
    ...epochAxis(chart.epochs, LEFT, inner),
    atValue: (value) => bottom - share(y, value) * (bottom - TOP),
  };
}

/** The chart as SVG elements, in the colours of a palette: what the screen shows is what is exported. */
export function drawLineChart(chart: LineChart, layout: ChartLayout, palette: Palette): string[] {
  const { left, right, top, bottom, y, atEpoch, atValue } = layout;
  const parts: string[] = [];
  for (const { from, to, name, depth } of chart.bands) {
    const x = Math.max(left, atEpoch(from));
    const width = Math.min(right, atEpoch(to)) - x;
    if (width <= 0) continue;
    parts.push(
      element('rect', { x, y: top, width, height: bottom - top, fill: palette.muted, opacity: 0.03 + depth * 0.11 }),
    );
    if (width > name.length * 5.2) parts.push(label(x + 1, top - 5, name, { fill: palette.muted, 'font-size': 10 }));
  }
  for (const tick of y.ticks) {
    const at = atValue(tick);
    parts.push(
      element('line', { x1: left, x2: right, y1: at, y2: at, stroke: palette.border }),
      label(left - 6, at, tickText(y, tick), {
        fill: palette.muted,
        'font-size': 10.5,
        'text-anchor': 'end',
        'dominant-baseline': 'central',
      }),
    );
  }
  parts.push(element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: palette.outline, opacity: 0.6 }));
  for (const tick of roundTicks(...chart.epochs, Math.max(2, (right - left) / 56), true))
    parts.push(
      label(atEpoch(tick), bottom + 13, String(tick), {
        fill: palette.muted,
        'font-size': 10.5,
        'text-anchor': 'middle',
      }),
    );
  for (const { epoch, colour } of chart.marks) {
    const x = atEpoch(epoch);
    parts.push(
      element('line', { x1: x, x2: x, y1: top, y2: bottom, stroke: colour, 'stroke-dasharray': '1 4', opacity: 0.8 }),
      element('path', { d: `M${x - 3.5} ${bottom + 0.5}h7l-3.5 -5z`, fill: colour }),
    );
  }
  for (const line of [...chart.lines].sort((a, b) => order(a) - order(b))) parts.push(...drawLine(line, layout));
  return parts;
}

const order = (line: ChartLine): number => (line.style === 'faint' ? 0 : line.style === 'dashed' ? 1 : 2);

function drawLine(line: ChartLine, { atEpoch, atValue, y }: ChartLayout): string[] {
  let d = '';
  let pen = false;
  const lone: string[] = [];
  const isPoint = (i: number): boolean => {
    const value = line.values[i];
    return value !== null && value !== undefined && Number.isFinite(value) && (!y.log || value > 0);
  };
  line.epochs.forEach((epoch, i) => {
    if (!isPoint(i)) {
      pen = false;
      return;
    }
    const [px, py] = [atEpoch(epoch).toFixed(1), atValue(line.values[i]!).toFixed(1)];
    // A point with none beside it would make no line.
    if (!pen && !isPoint(i + 1)) lone.push(element('circle', { cx: px, cy: py, r: 2, fill: line.colour }));
    d += `${pen ? 'L' : 'M'}${px} ${py}`;
    pen = true;
  });
  const look = {
    solid: { 'stroke-width': 1.75, opacity: 1 },
    dashed: { 'stroke-width': 1.5, 'stroke-dasharray': '4 3', opacity: 0.95 },
    faint: { 'stroke-width': 1, 'stroke-dasharray': '1.5 3', opacity: 0.75 },
  }[line.style];
  return [
    element('path', { d, fill: 'none', stroke: line.colour, 'stroke-linejoin': 'round', ...look }),
    ...(line.style === 'faint' ? [] : lone),
  ];
}

function label(x: number, y: number, text: string, attributes: Record<string, string | number>): string {
  return element('text', { x, y, ...attributes }, escapeText(text));
}
