import type { Histogram } from '#src/measures/class-similarity/population/histogram.ts';
import { domainAround, linearAxis } from '../../../../charts/axis.ts';
import { element, escapeText } from '../../../../kit/export/svg.ts';
import type { Palette } from '../../../../kit/theme/palette.ts';
import { fixed } from '../../../../kit/ui/numbers.ts';

export interface NamedHistogram {
  name: string;
  histogram: Histogram;
}

const ROW = 132;

/** Histograms below one another on one axis, each with its mean and the span of one standard deviation. */
export function drawHistograms(
  rows: readonly NamedHistogram[],
  axisTitle: string,
  width: number,
  palette: Palette,
): { width: number; height: number; body: string[] } {
  const [left, right] = [36, width - 10];
  const edges = rows.flatMap(({ histogram }) =>
    histogram.n > 0 ? [histogram.edges[0]!, histogram.edges.at(-1)!] : [],
  );
  const x = linearAxis(domainAround(edges, 0.03), [left, right], 6);
  const body: string[] = [];
  const text = (atX: number, atY: number, content: string, style: Record<string, string | number> = {}): string =>
    element('text', { x: atX, y: atY, fill: palette.muted, 'font-size': 11, ...style }, escapeText(content));
  rows.forEach(({ name, histogram }, r) => {
    const [top, bottom] = [r * ROW + 26, (r + 1) * ROW - 6];
    const most = Math.max(1, ...histogram.counts);
    const y = linearAxis([0, most * 1.06], [bottom, top], 3);
    body.push(
      text(left, top - 12, name, { fill: palette.text, 'font-size': 12, 'font-weight': 600 }),
      text(
        right,
        top - 12,
        histogram.mean === null
          ? 'no value'
          : `mean ${fixed(histogram.mean, 3)}, sd ${fixed(histogram.sd, 3)}, ${histogram.n} pairs`,
        { 'text-anchor': 'end' },
      ),
    );
    for (const { value } of y.ticks)
      if (Number.isInteger(value))
        body.push(
          element('line', { x1: left, y1: y.place(value), x2: right, y2: y.place(value), stroke: palette.border }),
          text(left - 6, y.place(value) + 4, String(value), { 'text-anchor': 'end' }),
        );
    if (histogram.mean !== null && histogram.sd !== null) {
      const [from, to] = [x.place(histogram.mean - histogram.sd), x.place(histogram.mean + histogram.sd)];
      body.push(element('rect', { x: from, y: top, width: to - from, height: bottom - top, fill: palette.sunken }));
    }
    histogram.counts.forEach((count, k) => {
      if (count === 0) return;
      const [from, to] = [x.place(histogram.edges[k]!), x.place(histogram.edges[k + 1]!)];
      body.push(
        element('rect', {
          x: from + 0.5,
          y: y.place(count),
          width: Math.max(1, to - from - 1),
          height: bottom - y.place(count),
          fill: r === 0 ? palette.accent : palette.accentSoft,
        }),
      );
    });
    if (histogram.mean !== null) {
      const at = x.place(histogram.mean);
      body.push(element('line', { x1: at, y1: top, x2: at, y2: bottom, stroke: palette.text, 'stroke-width': 1.5 }));
    }
    body.push(element('line', { x1: left, y1: bottom, x2: right, y2: bottom, stroke: palette.outline }));
  });
  const bottom = rows.length * ROW - 6;
  for (const { value, label } of x.ticks)
    body.push(text(x.place(value), bottom + 16, label, { 'text-anchor': 'middle' }));
  body.push(text(right, bottom + 32, axisTitle, { 'text-anchor': 'end' }));
  return { width, height: bottom + 38, body };
}
