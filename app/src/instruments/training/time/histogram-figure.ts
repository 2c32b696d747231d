import { roundTicks, tickText } from '../../../charts/axis.ts';
import { element, escapeText } from '../../../export/svg.ts';
import type { Palette } from '../../../theme/palette.ts';

/** Counts in bins, on a range that stays the same from epoch to epoch. */
export interface HistogramFigure {
  edges: readonly number[];
  counts: readonly number[];
  domain: readonly [number, number];
  /** The count at the top. */
  most: number;
}

const LEFT = 40;
const BOTTOM = 20;

export function drawHistogram(
  { edges, counts, domain, most }: HistogramFigure,
  width: number,
  height: number,
  palette: Palette,
): string[] {
  const right = width - 10;
  const bottom = height - BOTTOM;
  const [low, high] = domain;
  const x = (value: number): number => LEFT + ((value - low) / (high - low || 1)) * (right - LEFT);
  const y = (count: number): number => bottom - (count / (most || 1)) * (bottom - 8);
  const style = { fill: palette.muted, 'font-size': 10.5 };
  const parts: string[] = [];
  const ticks = roundTicks(0, most, 3, true);
  for (const tick of ticks)
    parts.push(
      element('line', { x1: LEFT, x2: right, y1: y(tick), y2: y(tick), stroke: palette.border }),
      element(
        'text',
        { x: LEFT - 6, y: y(tick), ...style, 'text-anchor': 'end', 'dominant-baseline': 'central' },
        escapeText(tick.toLocaleString('en-GB')),
      ),
    );
  counts.forEach((count, b) => {
    const [from, to] = [edges[b]!, edges[b + 1]!];
    if (count === 0 || to <= low || from >= high) return;
    parts.push(
      element('rect', {
        x: x(from) + 0.5,
        y: y(count),
        width: Math.max(1, x(to) - x(from) - 1),
        height: bottom - y(count),
        fill: palette.accent,
        opacity: 0.85,
      }),
    );
  });
  const axis = { low, high, ticks: roundTicks(low, high, 5), log: false };
  for (const tick of axis.ticks)
    parts.push(
      element(
        'text',
        { x: x(tick), y: bottom + 13, ...style, 'text-anchor': 'middle' },
        escapeText(tickText(axis, tick)),
      ),
    );
  return parts;
}
