import { type NeighbourLists, neighboursOf } from '#src/measures/training/neighbour-history.ts';
import { type Axis, wholeAxis } from '../../../charts/axis.ts';
import { linePath, lonePlaces, type Place } from '../../../charts/line-path.ts';
import { element, escapeText } from '../../../kit/export/svg.ts';
import { modelColour, type Palette } from '../../../kit/theme/palette.ts';

/** The nearest classes of one class at each epoch. */
export interface BumpChart {
  epochs: readonly number[];
  /** For each epoch the nearest classes, most similar first. */
  ranks: readonly (readonly number[])[];
  k: number;
  names: readonly string[];
  /** Neighbours that WordNet has too; their names stand out. */
  semantic: ReadonlySet<number>;
  /** First and last epoch of the page's axis. */
  domain: readonly [number, number];
}

export interface BumpLayout {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Epochs. */
  x: Axis;
  atRank: (rank: number) => number;
}

const LEFT = 22;
const LABELS = 124;
const TOP = 8;
const BOTTOM = 20;
/** Lines in colour: the first neighbours of the last epoch. */
const COLOURED = 6;

export function bumpChart(
  lists: readonly NeighbourLists[],
  epochs: readonly number[],
  index: number,
  rest: Pick<BumpChart, 'names' | 'semantic' | 'domain'>,
): BumpChart {
  return { epochs, ranks: lists.map((list) => neighboursOf(list, index)), k: lists[0]?.k ?? 10, ...rest };
}

export function layoutBump(chart: BumpChart, width: number, height: number): BumpLayout {
  const right = width - LABELS;
  const bottom = height - BOTTOM;
  return {
    width,
    height,
    left: LEFT,
    right,
    top: TOP,
    bottom,
    x: wholeAxis(chart.domain, [LEFT + 4, right - 4], Math.max(2, (right - LEFT) / 56)),
    atRank: (rank) => TOP + ((rank + 0.5) / chart.k) * (bottom - TOP),
  };
}

/** The class's neighbours as lines from rank to rank; `marked` is drawn above the others. */
export function drawBump(chart: BumpChart, layout: BumpLayout, palette: Palette, marked?: number): string[] {
  const { left, right, bottom, x, atRank } = layout;
  const parts: string[] = [];
  const text = (atX: number, y: number, content: string, style: Record<string, string | number>): string =>
    element('text', { x: atX, y, 'font-size': 10.5, 'dominant-baseline': 'central', ...style }, escapeText(content));
  for (let rank = 0; rank < chart.k; rank++)
    if (rank === 0 || (rank + 1) % 5 === 0)
      parts.push(
        element('line', { x1: left, x2: right, y1: atRank(rank), y2: atRank(rank), stroke: palette.border }),
        text(left - 5, atRank(rank), String(rank + 1), { fill: palette.muted, 'text-anchor': 'end' }),
      );
  for (const tick of x.ticks)
    parts.push(text(x.place(tick.value), bottom + 10, tick.label, { fill: palette.muted, 'text-anchor': 'middle' }));

  const final = chart.ranks.at(-1) ?? [];
  const seen = [...new Set(chart.ranks.flat())];
  const depth = (other: number): number =>
    other === marked ? 2 : final.indexOf(other) >= 0 && final.indexOf(other) < COLOURED ? 1 : 0;
  for (const other of seen.sort((a, b) => depth(a) - depth(b))) {
    const at = final.indexOf(other);
    const coloured = at >= 0 && at < COLOURED;
    const colour = coloured ? modelColour(palette, at) : other === marked ? palette.text : palette.outline;
    const path = pathOf(chart, layout, other);
    const strength = other === marked ? 3 : coloured ? 2 : 1;
    parts.push(
      element('path', {
        d: path.d,
        fill: 'none',
        stroke: colour,
        'stroke-width': strength,
        'stroke-linejoin': 'round',
        opacity: coloured || other === marked ? 1 : 0.3,
      }),
    );
    if (coloured || other === marked)
      for (const [cx, cy] of path.lone) parts.push(element('circle', { cx, cy, r: strength, fill: colour }));
  }
  final.slice(0, chart.k).forEach((other, rank) => {
    const y = atRank(rank);
    const coloured = rank < COLOURED;
    const colour = coloured ? modelColour(palette, rank) : palette.outline;
    const known = chart.semantic.has(other);
    parts.push(
      element('circle', {
        cx: x.place(chart.epochs.at(-1)!),
        cy: y,
        r: 3.5,
        fill: known ? colour : palette.background,
        stroke: colour,
        'stroke-width': 1.5,
      }),
      text(right + 8, y, shorten(chart.names[other]!), {
        fill: coloured || other === marked ? palette.text : palette.muted,
        'font-size': 11.5,
        'font-weight': other === marked ? 600 : 400,
      }),
    );
  });
  return parts;
}

function pathOf({ epochs, ranks }: BumpChart, { x, atRank }: BumpLayout, other: number) {
  const places = ranks.map((list, e): Place | null => {
    const rank = list.indexOf(other);
    return rank < 0 ? null : [x.place(epochs[e]!), atRank(rank)];
  });
  return { d: linePath(places), lone: lonePlaces(places) };
}

const shorten = (name: string): string => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
