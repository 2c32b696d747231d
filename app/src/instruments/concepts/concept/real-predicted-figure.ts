import type { CollageRow } from '#src/study/concepts-section.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';
import { domainAround, linearAxis } from '../../../charts/axis.ts';
import type { PlacedPoint } from '../../../charts/placed-point.ts';
import { drawFrame, plotLine, plotText } from '../../../charts/plot-frame.ts';
import { element } from '../../../kit/export/svg.ts';
import type { Palette } from '../../../kit/theme/palette.ts';
import { COLLAGE_KINDS, kindMark } from './collage-kinds.ts';

/** Real and predicted coefficient of a concept on every evaluation patch. */
export interface RealPredicted {
  real: ArrayLike<number>;
  predicted: ArrayLike<number>;
}

export function columnsOf(real: Matrix32, predicted: Matrix32, concept: number): RealPredicted {
  const column = ({ rows, cols, data }: Matrix32): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => data[row * cols + concept]!);
  return { real: column(real), predicted: column(predicted) };
}

/** Every patch as a grey dot, those of the collages in their colours and shapes, over the line of equal values. */
export function drawRealPredicted(
  { real, predicted }: RealPredicted,
  collages: readonly CollageRow[],
  { width, height, from }: { width: number; height: number; from: string },
  palette: Palette,
): { points: PlacedPoint[]; body: string[] } {
  const box = { left: 44, right: width - 12, top: 26, bottom: height - 40 };
  const ranges = { x: domainAround(Array.from(real), 0.05), y: domainAround(Array.from(predicted), 0.05) };
  const x = linearAxis(ranges.x, [box.left, box.right], 5);
  const y = linearAxis(ranges.y, [box.bottom, box.top], 5);
  const points = Array.from(real, (value, row) => ({
    key: String(row),
    x: x.place(value),
    y: y.place(predicted[row]!),
  }));
  const body = drawFrame(box, { x, y, xTitle: 'real coefficient →', yTitle: `predicted from ${from}` }, palette);
  // Where both ranges overlap a value can be equal to its prediction.
  const [low, high] = [Math.max(ranges.x[0], ranges.y[0]), Math.min(ranges.x[1], ranges.y[1])];
  if (low < high)
    body.push(
      plotLine(x.place(low), y.place(low), x.place(high), y.place(high), palette.muted, { 'stroke-dasharray': '5 4' }),
      plotText(palette, box.right - 4, box.bottom - 6, 'dashes: equal', { 'text-anchor': 'end' }),
    );
  const inCollage = new Set(collages.flatMap(({ patches }) => patches.map(({ row }) => row)));
  points.forEach((point, row) => {
    if (!inCollage.has(row))
      body.push(element('circle', { cx: point.x, cy: point.y, r: 2.6, fill: palette.muted, opacity: 0.32 }));
  });
  for (const kind of COLLAGE_KINDS)
    for (const { patches } of collages.filter((row) => row.kind === kind))
      for (const { row } of patches) {
        const point = points[row];
        if (point) body.push(kindMark(kind, point.x, point.y, 4.4, palette.background));
      }
  return { points, body };
}
