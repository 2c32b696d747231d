import { linearAxis, wholeAxis } from '../../../charts/axis.ts';
import { element, escapeText } from '../../../kit/export/svg.ts';
import type { Palette } from '../../../kit/theme/palette.ts';

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
  const x = linearAxis(domain, [LEFT, right]);
  const y = wholeAxis([0, most || 1], [bottom, 8], 3);
  const style = { fill: palette.muted, 'font-size': 10.5 };
  const parts: string[] = [];
  for (const { value, label } of y.ticks)
    parts.push(
      element('line', { x1: LEFT, x2: right, y1: y.place(value), y2: y.place(value), stroke: palette.border }),
      element(
        'text',
        { x: LEFT - 6, y: y.place(value), ...style, 'text-anchor': 'end', 'dominant-baseline': 'central' },
        escapeText(label),
      ),
    );
  counts.forEach((count, b) => {
    const [from, to] = [edges[b]!, edges[b + 1]!];
    if (count === 0 || to <= low || from >= high) return;
    parts.push(
      element('rect', {
        x: x.place(from) + 0.5,
        y: y.place(count),
        width: Math.max(1, x.place(to) - x.place(from) - 1),
        height: bottom - y.place(count),
        fill: palette.accent,
        opacity: 0.85,
      }),
    );
  });
  for (const { value, label } of x.ticks)
    parts.push(
      element('text', { x: x.place(value), y: bottom + 13, ...style, 'text-anchor': 'middle' }, escapeText(label)),
    );
  return parts;
}
