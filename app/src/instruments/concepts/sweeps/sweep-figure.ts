import { domainAround, linearAxis, logAxis, logDomain } from '../../../charts/axis.ts';
import { linePath, type Place } from '../../../charts/line-path.ts';
import { drawFrame, plotLine } from '../../../charts/plot-frame.ts';
import { element } from '../../../kit/export/svg.ts';
import { modelColour, type Palette } from '../../../kit/theme/palette.ts';

/** Curves of both models over what was swept. */
export interface SweepChart {
  title: string;
  xTitle: string;
  /** The value that the analysis itself used, if it is known. */
  used: number | undefined;
  /** Equal ratios along x rather than equal steps. */
  log: boolean;
  x: readonly number[];
  lines: readonly SweepLine[];
}

export interface SweepLine {
  model: 0 | 1;
  name: string;
  dashed: boolean;
  values: readonly (number | null)[];
}

/** Models by colour, kinds by dashes, and a mark on each value that was computed. */
export function drawSweep(chart: SweepChart, width: number, height: number, palette: Palette): string[] {
  const box = { left: 46, right: width - 12, top: 26, bottom: height - 40 };
  const values = chart.lines.flatMap(({ values: line }) => line.filter((value) => value !== null));
  const y = linearAxis(domainAround(values, 0.08), [box.bottom, box.top], 4);
  const x =
    chart.log && chart.x.every((value) => value > 0)
      ? logAxis(logDomain(chart.x, 1.15), [box.left, box.right], (value) => String(Number(value.toPrecision(2))))
      : linearAxis(domainAround(chart.x, 0.05), [box.left, box.right], 6);
  const body = drawFrame(box, { x, y, xTitle: `${chart.xTitle} →`, yTitle: chart.title }, palette);
  if (chart.used !== undefined)
    body.push(
      plotLine(x.place(chart.used), box.top, x.place(chart.used), box.bottom, palette.text, {
        'stroke-dasharray': '2 3',
      }),
    );
  for (const { model, dashed, values: line } of chart.lines) {
    const stroke = modelColour(palette, model);
    const d = linePath(
      line.map((value, i): Place | null => (value === null ? null : [x.place(chart.x[i]!), y.place(value)])),
    );
    if (d === '') continue;
    body.push(
      element('path', { d, fill: 'none', stroke, 'stroke-width': 1.8, 'stroke-dasharray': dashed ? '5 4' : undefined }),
    );
    line.forEach((value, i) => {
      if (value === null) return;
      const place = { cx: x.place(chart.x[i]!), cy: y.place(value) };
      // A square for the second model, so that the two differ in more than colour.
      body.push(
        model === 0
          ? element('circle', { ...place, r: 3.2, fill: stroke })
          : element('rect', { x: place.cx - 3, y: place.cy - 3, width: 6, height: 6, fill: stroke }),
      );
    });
  }
  return body;
}
