import { scaleLinear, scaleLog } from 'd3-scale';
import { withMinus } from '../../base/number-text.ts';
import type { Drawing } from './drawing.ts';
import { textWidth } from './drawing.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface AxisOptions {
  title: string;
  domain: readonly [number, number];
  log?: boolean;
  /** The domain is kept as it is; by default it is widened to round numbers. */
  exact?: boolean;
}

export type Place = (value: number) => number;

/** Least and greatest of the finite values, with a little room; 0 … 1 without any. */
export function domainOf(values: readonly (number | null | undefined)[], room = 0.04): [number, number] {
  const found = extent(values);
  if (!found) return [0, 1];
  const [low, high] = found;
  const margin = (high - low || Math.abs(high) || 1) * room;
  return [low - margin, high + margin];
}

/**
 * Least and greatest of the values that a logarithmic axis can show, the positive ones, with a little room; undefined
 * where there are none.
 */
export function logDomainOf(values: readonly (number | null | undefined)[]): [number, number] | undefined {
  const [low, high] = extent(values.filter((value) => value != null && value > 0)) ?? [];
  return low === undefined ? undefined : [low * 0.9, high! * 1.1];
}

/** Least and greatest of the finite values; undefined without any. */
export function extent(values: readonly (number | null | undefined)[]): [number, number] | undefined {
  const known = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (known.length === 0) return undefined;
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}

/** Draws both axes with grid, ticks and titles; returns where values lie. */
export function drawAxes(d: Drawing, box: Box, x: AxisOptions, y: AxisOptions): { x: Place; y: Place } {
  const { ink, muted, grid } = d.theme;
  const across = scaleOf(x, [box.x, box.x + box.width]);
  const up = scaleOf(y, [box.y + box.height, box.y]);
  const xTicks = across.ticks(Math.max(2, Math.floor(box.width / 70)));
  const yTicks = up.ticks(Math.max(2, Math.floor(box.height / 36)));
  for (const tick of yTicks) {
    d.line(box.x, up(tick), box.x + box.width, up(tick), { stroke: grid, width: 0.6 });
    d.text(box.x - 5, up(tick) + 3.5, tickText(tick), { size: 10, anchor: 'end', fill: muted });
  }
  for (const tick of xTicks) {
    d.line(across(tick), box.y + box.height, across(tick), box.y + box.height + 4, { width: 0.8 });
    if (!x.log || isRound(tick))
      d.text(across(tick), box.y + box.height + 15, tickText(tick), { size: 10, anchor: 'middle', fill: muted });
  }
  d.line(box.x, box.y + box.height, box.x + box.width, box.y + box.height, { width: 0.9 });
  d.line(box.x, box.y, box.x, box.y + box.height, { width: 0.9 });
  d.text(box.x + box.width / 2, box.y + box.height + 30, x.title, { anchor: 'middle', fill: ink });
  const widest = yTicks.reduce((most, tick) => Math.max(most, textWidth(tickText(tick), 10)), 0);
  d.text(box.x - widest - 12, box.y + box.height / 2, y.title, { anchor: 'middle', rotate: -90 });
  return { x: (value) => across(value), y: (value) => up(value) };
}

function scaleOf({ domain, log, exact }: AxisOptions, range: [number, number]) {
  const scale = log ? scaleLog().domain(domain).range(range) : scaleLinear().domain(domain).range(range);
  return exact ? scale : scale.nice();
}

/** 1, 2 or 5 times a power of ten: what a logarithmic axis has room to name. */
function isRound(value: number): boolean {
  return /^[125](\.0*)?e/.test(value.toExponential(6));
}

function tickText(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) {
    const [mantissa, exponent] = value.toExponential().split('e');
    return withMinus(`${Number(Number(mantissa).toFixed(2))}e${Number(exponent)}`);
  }
  return withMinus(String(Number(value.toPrecision(6))));
}

export interface LegendEntry {
  name: string;
  colour: string;
  dash?: string;
  mark?: 'line' | 'dot' | 'ring' | 'box';
}

/** A legend in as many rows as it needs; returns where it ends. */
export function drawLegend(d: Drawing, y: number, entries: readonly LegendEntry[], left = d.left): number {
  let x = left;
  let top = y;
  for (const { name, colour, dash, mark = 'line' } of entries) {
    const width = textWidth(name) + 34;
    if (x + width > d.right && x > left) {
      x = left;
      top += 16;
    }
    if (mark === 'line') d.line(x, top - 4, x + 20, top - 4, { stroke: colour, width: 2, ...(dash ? { dash } : {}) });
    else if (mark === 'dot') d.circle(x + 10, top - 4, 4, { fill: colour });
    else if (mark === 'ring') d.circle(x + 10, top - 4, 4, { fill: d.theme.background, stroke: colour, width: 1.5 });
    else d.rect(x + 5, top - 9, 10, 10, { fill: colour });
    d.text(x + 25, top, name);
    x += width + 8;
  }
  return entries.length > 0 ? top + 12 : y;
}
