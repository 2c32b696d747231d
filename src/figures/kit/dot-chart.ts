import { UsageError } from '../../base/errors.ts';
import { withMinus } from '../../base/number-text.ts';
import { type Box, domainOf, drawAxes, drawLegend, type LegendEntry, logDomainOf } from './axes.ts';
import { clip, type Drawing, textWidth } from './drawing.ts';

export interface ChartPoint {
  x: number;
  y: number;
  name: string;
  colour: string;
  low?: number;
  high?: number;
  /** What chance gives for y. */
  chance?: number;
  /** A ring: a value that is not ours. */
  hollow?: boolean;
}

/** A straight line over the range of the points. */
export interface ChartLine {
  slope: number;
  intercept: number;
  colour: string;
  dash?: string;
}

/**
 * Points with names; returns where the chart ends.
 * @throws UsageError without points, and where a logarithmic axis has to show a value that is not positive.
 */
export function drawScatter(
  d: Drawing,
  top: number,
  points: readonly ChartPoint[],
  options: {
    x: string;
    y: string;
    logX?: boolean;
    legend?: readonly LegendEntry[];
    height?: number;
    names?: boolean;
    lines?: readonly ChartLine[];
  },
): number {
  if (points.length === 0)
    throw new UsageError(`There is nothing to draw: nothing has both ${options.x} and ${options.y}.`);
  const below = options.logX ? points.find(({ x }) => x <= 0) : undefined;
  if (below)
    throw new UsageError(
      `The axis of ${options.x} is logarithmic and cannot show ${below.name}, of which it is ${below.x}.`,
    );
  const begin = drawLegend(d, top + 12, options.legend ?? []);
  const box: Box = { x: d.left + 62, y: begin + 6, width: d.right - d.left - 70, height: options.height ?? 320 };
  const xs = points.map(({ x }) => x);
  const domain = (options.logX ? logDomainOf(xs) : undefined) ?? domainOf(xs);
  const place = drawAxes(
    d,
    box,
    { title: options.x, domain, ...(options.logX ? { log: true } : {}) },
    { title: options.y, domain: domainOf(points.flatMap(({ y, low, high, chance }) => [y, low, high, chance])) },
  );
  for (const { slope, intercept, colour, dash } of options.lines ?? []) {
    // Where the line would leave the axes by their height, it ends.
    const ys = points.map(({ y }) => y);
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const at = slope === 0 ? [] : [low, high].map((y) => (y - intercept) / slope).sort((a, b) => a - b);
    const ends = [Math.max(Math.min(...xs), at[0] ?? -Infinity), Math.min(Math.max(...xs), at[1] ?? Infinity)];
    if (ends[0]! > ends[1]!) continue;
    d.path(
      ends.map((x) => [place.x(x), place.y(intercept + slope * x)] as const),
      { stroke: colour, width: 1.4, ...(dash && { dash }) },
    );
  }
  const taken: Box[] = [];
  for (const { x, y, name, colour, low, high, chance, hollow } of points) {
    const [px, py] = [place.x(x), place.y(y)];
    if (low !== undefined && high !== undefined)
      d.line(px, place.y(low), px, place.y(high), { stroke: colour, width: 1 });
    if (chance !== undefined) d.line(px - 5, place.y(chance), px + 5, place.y(chance), { width: 1.2, dash: '2 1.5' });
    if (hollow) d.circle(px, py, 3.4, { fill: d.theme.background, stroke: colour, width: 1.5 });
    else d.circle(px, py, 4, { fill: colour, stroke: d.theme.background, width: 0.8 });
    if (options.names === false) continue;
    const width = textWidth(name, 9);
    const right = px + 7 + width <= box.x + box.width;
    const label: Box = { x: right ? px + 7 : px - 7 - width, y: py - 6, width, height: 10 };
    // A name that would cover another moves below or above it.
    for (let shift = 0; shift < 8 && taken.some((other) => overlap(other, label)); shift++)
      label.y = py - 6 + (shift % 2 === 0 ? 1 : -1) * 10 * Math.ceil((shift + 1) / 2);
    taken.push(label);
    d.text(label.x, label.y + 9, name, { size: 9, fill: d.theme.muted });
  }
  return box.y + box.height + 36;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export interface Bar {
  name: string;
  /** Bars with one name stand together, each of its own series. */
  series: string;
  value: number | null;
  low?: number;
  high?: number;
  chance?: number;
}

/**
 * Horizontal bars in groups; dashes mark what chance gives. Returns where the chart ends.
 * @throws UsageError without bars.
 */
export function drawBars(d: Drawing, top: number, bars: readonly Bar[], title: string): number {
  if (bars.length === 0) throw new UsageError(`There is nothing to draw: nothing has a ${title}.`);
  const series = [...new Set(bars.map((bar) => bar.series))];
  const colourOf = (name: string): string => d.theme.series[series.indexOf(name) % d.theme.series.length]!;
  const begin =
    series.length > 1
      ? drawLegend(
          d,
          top + 12,
          series.map((name) => ({ name, colour: colourOf(name), mark: 'box' as const })),
        )
      : top + 6;
  const names = [...new Set(bars.map(({ name }) => name))];
  const labels = Math.min(250, Math.max(...names.map((name) => textWidth(name))) + 10);
  const row = 13;
  const gap = 9;
  const heights = names.map((name) => bars.filter((bar) => bar.name === name).length * row + gap);
  const box: Box = {
    x: d.left + labels,
    y: begin + 6,
    width: d.right - d.left - labels - 50,
    height: heights.reduce((a, b) => a + b, 0),
  };
  const values = bars.flatMap(({ value, low, high, chance }) => [value, low, high, chance, 0]);
  const place = drawAxes(
    d,
    box,
    { title, domain: domainOf(values, 0.02) },
    { title: '', domain: [0, 0.5], exact: true },
  );
  d.rect(d.left, box.y - 4, labels - 1, box.height + 8, { fill: d.theme.background });
  let y = box.y + gap / 2;
  for (const name of names) {
    const own = bars.filter((bar) => bar.name === name);
    d.text(box.x - 7, y + (own.length * row) / 2 + 3.5, clip(name, labels - 10), { anchor: 'end' });
    for (const { value, low, high, chance, series: of } of own) {
      if (value !== null) {
        const [from, to] = [place.x(0), place.x(value)];
        d.rect(Math.min(from, to), y + 1, Math.abs(to - from), row - 2, { fill: colourOf(of) });
        if (low !== undefined && high !== undefined)
          d.line(place.x(low), y + row / 2, place.x(high), y + row / 2, { stroke: d.theme.ink, width: 1.2 });
        if (chance !== undefined)
          d.line(place.x(chance), y, place.x(chance), y + row, { stroke: d.theme.ink, width: 1.4, dash: '2 1.5' });
        const end = Math.max(to, high === undefined ? to : place.x(high), from);
        d.text(end + 5, y + row - 3, withMinus(value.toFixed(3)), { size: 9.5, fill: d.theme.muted });
      } else d.text(place.x(0) + 5, y + row - 3, '–', { size: 9.5, fill: d.theme.muted });
      y += row;
    }
    y += gap;
  }
  return box.y + box.height + 36;
}
