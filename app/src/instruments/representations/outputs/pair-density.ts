import type { Matrix32 } from '#src/tensor/matrix.ts';
import { type Axis, domainFromZero, linearAxis, roomyTicks } from '../../../charts/axis.ts';
import { linePath } from '../../../charts/line-path.ts';
import { element, escapeText } from '../../../kit/export/svg.ts';
import { parseHex, type Rgb } from '../../../kit/theme/oklab.ts';
import type { Palette } from '../../../kit/theme/palette.ts';

/** How many pairs of images fall on each spot of a plane of two measures. */
export interface PairDensity {
  columns: number;
  rows: number;
  /** Row by row from the top. */
  counts: Uint32Array;
  most: number;
  pairs: number;
  /** Mean of y over the pairs of a group of columns, at its middle share of the axis. */
  means: { share: number; y: number }[];
}

/** Groups of columns for the line of means; those with fewer pairs than this have none. */
const GROUPS = 20;
const LEAST = 5;

/** Axes around all pairs i < j, in shares of the plane; of several x matrices around all. */
export function pairAxes(xs: readonly Matrix32[], y: Matrix32): { x: Axis; y: Axis } {
  const axis = (matrices: readonly Matrix32[], count: number): Axis =>
    linearAxis(domainFromZero(extremes(matrices)), [0, 1], count);
  return { x: axis(xs, 9), y: axis([y], 5) };
}

/** An axis of shares as plain arithmetic, for the loops over millions of pairs. */
function shareAlong({ domain: [low, high] }: Axis): (value: number) => number {
  const scale = 1 / (high - low || 1);
  return (value) => (value - low) * scale;
}

function extremes(matrices: readonly Matrix32[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { rows, cols, data } of matrices)
    for (let i = 0; i < rows; i++)
      for (let j = i + 1; j < cols; j++) {
        const value = data[i * cols + j]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
  return low <= high ? [low, high] : [0, 1];
}

/** Counts all pairs i < j, none left out. */
export function pairDensity(
  x: Matrix32,
  y: Matrix32,
  axes: { x: Axis; y: Axis },
  columns: number,
  rows: number,
): PairDensity {
  const counts = new Uint32Array(columns * rows);
  const sums = new Float64Array(GROUPS);
  const numbers = new Uint32Array(GROUPS);
  let [most, pairs] = [0, 0];
  const n = x.rows;
  const [alongX, alongY] = [shareAlong(axes.x), shareAlong(axes.y)];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const [a, b] = [x.data[i * n + j]!, y.data[i * n + j]!];
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      const across = alongX(a);
      const column = Math.min(columns - 1, Math.floor(across * columns));
      const row = Math.min(rows - 1, Math.floor((1 - alongY(b)) * rows));
      const count = ++counts[row * columns + column]!;
      if (count > most) most = count;
      pairs++;
      const group = Math.min(GROUPS - 1, Math.floor(across * GROUPS));
      sums[group]! += b;
      numbers[group]!++;
    }
  const means = [...sums.keys()].flatMap((g) =>
    numbers[g]! >= LEAST ? [{ share: (g + 0.5) / GROUPS, y: sums[g]! / numbers[g]! }] : [],
  );
  return { columns, rows, counts, most, pairs, means };
}

/** How strongly a spot is inked, 0 … 1: by the logarithm, so that single pairs are seen beside thousands. */
export function inkOf(count: number, most: number): number {
  return count === 0 ? 0 : 0.22 + (0.78 * Math.log(count)) / Math.log(Math.max(2, most));
}

/** The pair nearest to a point of the plane, within `near` of it; distances in shares of the axes, weighed by the sides. */
export function pairNear(
  x: Matrix32,
  y: Matrix32,
  axes: { x: Axis; y: Axis },
  at: { x: number; y: number },
  sides: { width: number; height: number },
  near = 9,
): { row: number; col: number } | undefined {
  const n = x.rows;
  let best: { row: number; col: number } | undefined;
  let least = near * near;
  const [alongX, alongY] = [shareAlong(axes.x), shareAlong(axes.y)];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const dx = (alongX(x.data[i * n + j]!) - at.x) * sides.width;
      const dy = (alongY(y.data[i * n + j]!) - at.y) * sides.height;
      const distance = dx * dx + dy * dy;
      if (distance < least) {
        least = distance;
        best = { row: i, col: j };
      }
    }
  return best;
}

/** The counts as a picture in one colour, its ink as opacity; a data address. */
export function densityPicture({ columns, rows, counts, most }: PairDensity, palette: Palette): string {
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(columns, rows);
  const [r, g, b] = parseHex(palette.accent).map((part) => Math.round(part * 255)) as unknown as Rgb;
  counts.forEach((count, k) => {
    pixels.data.set([r, g, b, Math.round(255 * inkOf(count, most))], 4 * k);
  });
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL('image/png');
}

/** Where the plane lies within its figure. */
export const PLANE = { left: 46, right: 10, top: 24, bottom: 38 } as const;

/** Axes, line of means and the names of the axes as SVG elements. */
export function drawAxes(
  axes: { x: Axis; y: Axis },
  means: PairDensity['means'],
  names: { x: string; y: string },
  width: number,
  height: number,
  palette: Palette,
): string[] {
  const [left, right, top, bottom] = [PLANE.left, width - PLANE.right, PLANE.top, height - PLANE.bottom];
  const atX = (value: number): number => left + axes.x.place(value) * (right - left);
  const atY = (value: number): number => bottom - axes.y.place(value) * (bottom - top);
  const text = (x: number, y: number, content: string, anchor: string): string =>
    element('text', { x, y, fill: palette.muted, 'font-size': 11, 'text-anchor': anchor }, escapeText(content));
  const body: string[] = [];
  for (const { value, label } of axes.y.ticks)
    body.push(
      element('line', { x1: left, x2: right, y1: atY(value), y2: atY(value), stroke: palette.border }),
      text(left - 6, atY(value) + 4, label, 'end'),
    );
  for (const { value, label } of roomyTicks(axes.x, right - left))
    body.push(
      element('line', { x1: atX(value), x2: atX(value), y1: bottom, y2: bottom + 4, stroke: palette.outline }),
      text(atX(value), bottom + 16, label, 'middle'),
    );
  body.push(
    element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: palette.outline }),
    text(right, height - 4, names.x, 'end'),
    text(left - 34, 11, names.y, 'start'),
  );
  const d = linePath(means.map((mean) => [left + mean.share * (right - left), atY(mean.y)]));
  if (means.length > 1)
    body.push(
      element('path', { d, fill: 'none', stroke: palette.background, 'stroke-width': 5, opacity: 0.8 }),
      element('path', { d, fill: 'none', stroke: palette.warning, 'stroke-width': 2 }),
    );
  return body;
}
