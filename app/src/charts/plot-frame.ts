import { element, escapeText } from '../kit/export/svg.ts';
import type { Palette } from '../kit/theme/palette.ts';
import { type Axis, roomyTicks } from './axis.ts';

export interface PlotBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Text of a drawing, quiet unless `style` says otherwise. */
export function plotText(
  palette: Palette,
  x: number,
  y: number,
  content: string,
  style: Record<string, string | number | undefined> = {},
): string {
  return element('text', { x, y, fill: palette.muted, 'font-size': 11, ...style }, escapeText(content));
}

export function plotLine(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  stroke: string,
  style: Record<string, string | number | undefined> = {},
): string {
  return element('line', { x1, y1, x2, y2, stroke, ...style });
}

/** Grid, marks and titles of two axes: the title of y above the plot, that of x below it. */
export function drawFrame(
  { left, right, top, bottom }: PlotBox,
  axes: { x: Axis; y: Axis | undefined; xTitle: string; yTitle: string },
  palette: Palette,
): string[] {
  const body: string[] = [];
  for (const { value, label } of axes.y?.ticks ?? []) {
    const y = axes.y!.place(value);
    body.push(
      plotLine(left, y, right, y, palette.border),
      plotText(palette, left - 6, y + 4, label, { 'text-anchor': 'end' }),
    );
  }
  for (const { value, label } of roomyTicks(axes.x)) {
    const x = axes.x.place(value);
    body.push(
      plotLine(x, bottom, x, bottom + 4, palette.outline),
      plotText(palette, x, bottom + 16, label, { 'text-anchor': 'middle' }),
    );
  }
  body.push(
    plotLine(left, bottom, right, bottom, palette.outline),
    plotText(palette, right, bottom + 31, axes.xTitle, { 'text-anchor': 'end' }),
    plotText(palette, left - 34, top - 9, axes.yTitle),
  );
  return body;
}
