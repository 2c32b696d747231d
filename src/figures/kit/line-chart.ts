import { type Box, domainOf, drawAxes, drawLegend, extent, logDomainOf } from './axes.ts';
import type { Drawing } from './drawing.ts';

export interface Series {
  name: string;
  colour: string;
  dash?: string;
  points: readonly (readonly [x: number, y: number | null])[];
  /** Drawn thin and left out of the legend: a chance level. */
  faint?: boolean;
}

export interface LineChartOptions {
  x: string;
  y: string;
  log?: boolean;
  /** Stretches of x with a name, behind the lines. */
  bands?: readonly { from: number; to: number; name: string }[];
  height?: number;
  domain?: readonly [number, number];
  legend?: boolean;
}

const LEFT = 62;

/**
 * Lines over one axis, with a legend above; returns where the chart ends. What a logarithmic axis cannot show is left out,
 * and a chart without any value says so.
 */
export function drawLineChart(d: Drawing, top: number, series: readonly Series[], options: LineChartOptions): number {
  const { height = 230, bands = [], legend = true } = options;
  const entries = series.filter(({ faint }) => !faint);
  const begin = legend ? drawLegend(d, top + 12, entries) : top + 6;
  const box: Box = {
    x: d.left + LEFT,
    y: begin + (bands.length > 0 ? 16 : 6),
    width: d.right - d.left - LEFT - 8,
    height,
  };
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y));
  const across = extent(xs) ?? [0, 1];
  if (across[0] === across[1]) across[1] = across[0] + 1;
  const xAxis = { title: options.x, domain: across, exact: true };
  const logDomain = options.log ? logDomainOf(ys) : undefined;
  const yAxis = {
    title: options.y,
    domain: logDomain ?? options.domain ?? domainOf(ys),
    ...(logDomain ? { log: true } : {}),
  };
  bands.forEach(({ from, to, name }, i) => {
    const share = (x: number): number => box.x + ((x - across[0]) / (across[1] - across[0])) * box.width;
    d.rect(share(from), box.y, share(to) - share(from), box.height, {
      fill: d.theme.band,
      opacity: i % 2 === 0 ? 1 : 0.45,
    });
    d.text(share(from) + 3, box.y - 4, name, { size: 9.5, fill: d.theme.muted });
  });
  const place = drawAxes(d, box, xAxis, yAxis);
  if (!extent(ys))
    d.text(box.x + box.width / 2, box.y + box.height / 2, 'no values', { anchor: 'middle', fill: d.theme.muted });
  for (const { points, colour, dash, faint } of series)
    d.path(
      points.map(([x, y]) => (y === null || (logDomain && y <= 0) ? undefined : ([place.x(x), place.y(y)] as const))),
      {
        stroke: colour,
        width: faint ? 1 : 1.8,
        ...(dash ? { dash } : {}),
        ...(faint ? { opacity: 0.6 } : {}),
      },
    );
  return box.y + box.height + 36;
}
