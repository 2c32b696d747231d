import { domainAround, linearAxis } from '../../../charts/axis.ts';
import type { PlacedPoint } from '../../../charts/placed-point.ts';
import { drawFrame, plotLine } from '../../../charts/plot-frame.ts';
import { element } from '../../../kit/export/svg.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import type { ModelIndex } from '../concepts-data.ts';
import type { ClassSummary } from './class-summary.ts';

export const SHARING_FIGURES = ['similarity', 'importance'] as const;
export type SharingFigure = (typeof SHARING_FIGURES)[number];

export const SHARING_TITLES: Readonly<Record<SharingFigure, string>> = {
  similarity: 'mean similarity',
  importance: 'importance of what is not shared',
};

export interface PerformancePoint {
  summary: ClassSummary;
  x: number;
  y: number;
}

/** Classes that have the figure and both accuracies. */
export function performancePoints(
  classes: readonly ClassSummary[],
  model: ModelIndex,
  figure: SharingFigure,
): PerformancePoint[] {
  return classes.flatMap((summary) => {
    const owner = summary.models[model];
    const x = figure === 'similarity' ? owner?.similarity : owner?.unshared;
    return x === null || x === undefined || summary.difference === null ? [] : [{ summary, x, y: summary.difference }];
  });
}

export interface PerformanceDrawing {
  points: readonly PerformancePoint[];
  figure: SharingFigure;
  colour: string;
  yTitle: string;
  palette: Palette;
  width: number;
  height: number;
}

/** A figure of each class against the difference in accuracy. */
export function drawPerformance(drawing: PerformanceDrawing): { points: PlacedPoint[]; body: string[] } {
  const { points, figure, colour, yTitle, palette, width, height } = drawing;
  const box = { left: 48, right: width - 12, top: 26, bottom: height - 40 };
  const x = linearAxis(
    domainAround(
      points.map((point) => point.x),
      0.08,
    ),
    [box.left, box.right],
    5,
  );
  const y = linearAxis(domainAround([0, ...points.map((point) => point.y)], 0.1), [box.bottom, box.top], 4);
  const body = drawFrame(box, { x, y, xTitle: `${SHARING_TITLES[figure]} →`, yTitle }, palette);
  body.push(plotLine(box.left, y.place(0), box.right, y.place(0), palette.outline, { 'stroke-dasharray': '3 3' }));
  const placed = points
    .map((point) => ({ key: point.summary.entry.id, x: x.place(point.x), y: y.place(point.y) }))
    .sort((a, b) => a.x - b.x);
  for (const point of placed)
    body.push(
      element('circle', {
        cx: point.x,
        cy: point.y,
        r: 4.5,
        fill: colour,
        stroke: palette.background,
        'stroke-width': 1,
      }),
    );
  return { points: placed, body };
}
