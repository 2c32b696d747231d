import type { Figure } from '../kit/export/panel.ts';
import { element, escapeText, svgDocument, textWidth } from '../kit/export/svg.ts';
import { type ColourTable, gradientStops } from '../kit/theme/colour-maps.ts';
import type { ColourRange } from '../kit/theme/colour-scale.ts';
import { FONT } from '../kit/theme/font.ts';
import type { Palette } from '../kit/theme/palette.ts';
import { fixed, signed } from '../kit/ui/numbers.ts';
import type { ClassOrder } from './class-order.ts';
import { type GroupNode, groupBands, placeLabels } from './group-bands.ts';
import { BAR, bandPlaces, type Cell } from './map-geometry.ts';
import { colourMatrixImage, createMatrixImage, drawMatrixImage } from './matrix-image.ts';
import { colourLookup, packHex } from './values/colour-range.ts';
import type { PanelMatrix } from './values/panel-matrix.ts';
import type { Viewport } from './viewport.ts';

export interface MapFigureOptions {
  title: string;
  subtitle: string;
  matrix: PanelMatrix;
  viewport: Viewport;
  order: ClassOrder;
  groups: readonly GroupNode[];
  names: readonly string[];
  selected: Cell | undefined;
  range: ColourRange;
  table: ColourTable;
  palette: Palette;
}

const SIDE = 720;
const MARGIN = 24;
const TITLE = 34;
/** Beyond this many classes in view their names would be too small to read. */
const MOST_NAMES = 70;

/** A map as a figure: the matrix as an embedded picture, everything else as lines and text. */
export function mapFigure(options: MapFigureOptions): Figure {
  const { matrix, viewport, order, groups, names, palette, range, table } = options;
  const scale = SIDE / viewport.span;
  const first = { x: Math.floor(viewport.x), y: Math.floor(viewport.y) };
  const named = viewport.span <= MOST_NAMES;
  const nameSize = Math.min(12, scale * 0.85);
  const nameFont = `${nameSize}px ${FONT}`;
  const inView = (axis: 'x' | 'y'): number[] =>
    Array.from({ length: Math.ceil(viewport[axis] + viewport.span) - first[axis] }, (_, i) => first[axis] + i).filter(
      (position) => position < order.classAt.length,
    );
  const nameOf = (position: number): string => names[order.classAt[position]!]!;
  const gutter = named
    ? Math.min(220, Math.max(...inView('y').map((position) => textWidth(nameOf(position), nameFont))) + 10)
    : groups.length > 0
      ? 48
      : 0;
  const left = MARGIN + gutter;
  const top = MARGIN + TITLE;
  const width = left + SIDE + MARGIN;
  const height = top + SIDE + gutter + 44 + MARGIN / 2;

  const body = [
    text(MARGIN, MARGIN + 10, options.title, { fill: palette.text, 'font-size': 16, 'font-weight': 600 }),
    text(MARGIN + textWidth(options.title, `600 16px ${FONT}`) + 10, MARGIN + 10, options.subtitle, {
      fill: palette.muted,
      'font-size': 13,
    }),
    element('image', {
      x: left,
      y: top,
      width: SIDE,
      height: SIDE,
      href: picture(options),
      preserveAspectRatio: 'none',
    }),
  ];
  for (const axis of ['x', 'y'] as const) {
    const place = (position: number): number => (position + 0.5 - viewport[axis]) * scale;
    if (named) {
      for (const position of inView(axis)) {
        const at = place(position);
        if (at < 0 || at > SIDE) continue;
        const style = {
          fill: palette.text,
          'font-size': nameSize,
          'text-anchor': 'end',
          'dominant-baseline': 'central',
        };
        body.push(
          axis === 'y'
            ? text(left - 5, top + at, nameOf(position), style)
            : text(0, 0, nameOf(position), {
                ...style,
                transform: `translate(${(left + at).toFixed(1)} ${top + SIDE + 5}) rotate(-90)`,
              }),
        );
      }
    } else body.push(...groupBars(options, axis, left, top));
  }
  body.push(...legend(table, range, matrix.kind === 'difference', palette, left, top + SIDE + gutter + 18));
  return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
}

function text(x: number, y: number, content: string, attributes: Record<string, string | number>): string {
  return element('text', { x, y, ...attributes }, escapeText(content));
}

/** The part of the matrix in view, large enough that cells stay sharp when the figure is enlarged. */
function picture({ matrix, viewport, order, range, table, palette }: MapFigureOptions): string {
  const image = createMatrixImage(matrix.display.codes, order.classAt);
  const missing = palette.missing.map(packHex) as [number, number];
  colourMatrixImage(image, colourLookup(matrix.display, range, table), missing);
  const side = Math.max(1000, Math.ceil(viewport.span) * Math.ceil(1000 / viewport.span));
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  drawMatrixImage(canvas.getContext('2d')!, image, viewport, 0, 0, side, 1);
  return canvas.toDataURL('image/png');
}

function groupBars(
  { viewport, groups, palette }: MapFigureOptions,
  axis: 'x' | 'y',
  left: number,
  top: number,
): string[] {
  const scale = SIDE / viewport.span;
  const toPixels = (position: number): number => (position - viewport[axis]) * scale;
  const bands = groupBands(groups, viewport[axis], viewport.span);
  const marks: string[] = [];
  const places = bandPlaces(true);
  const font = `11px ${FONT}`;
  for (const [b, band] of bands.entries()) {
    const { bar, names } = places[b]!;
    for (const group of band) {
      const from = Math.max(0, toPixels(group.start));
      const length = Math.min(SIDE, toPixels(group.end)) - from - 1;
      if (length < 1) continue;
      const along = axis === 'x' ? { x: left + from, width: length } : { y: top + from, height: length };
      const across = axis === 'x' ? { y: top + SIDE + bar, height: BAR } : { x: left - bar - BAR, width: BAR };
      marks.push(element('rect', { ...along, ...across, fill: palette.outline, opacity: b === 0 ? 0.6 : 0.4 }));
    }
    for (const label of placeLabels(band, toPixels, SIDE, (name) => textWidth(name, font)))
      marks.push(
        text(0, 0, label.text, {
          fill: palette.muted,
          'font-size': 11,
          'text-anchor': 'middle',
          'dominant-baseline': 'central',
          transform:
            axis === 'x'
              ? `translate(${(left + label.at).toFixed(1)} ${top + SIDE + names!})`
              : `translate(${left - names!} ${(top + label.at).toFixed(1)}) rotate(-90)`,
        }),
      );
  }
  return marks;
}

function legend(
  table: ColourTable,
  range: ColourRange,
  diverging: boolean,
  palette: Palette,
  left: number,
  y: number,
): string[] {
  const format = diverging ? signed : fixed;
  const width = 260;
  const stops = gradientStops(table, 32).map((colour, i, all) =>
    element('stop', { offset: `${((i / (all.length - 1)) * 100).toFixed(1)}%`, 'stop-color': colour }),
  );
  const style = { fill: palette.muted, 'font-size': 12, 'dominant-baseline': 'central' };
  return [
    element('defs', {}, element('linearGradient', { id: 'legend' }, ...stops)),
    element('rect', { x: left + 46, y: y - 4, width, height: 8, rx: 4, fill: 'url(#legend)' }),
    text(left + 40, y, format(range.low), { ...style, 'text-anchor': 'end' }),
    text(left + 52 + width, y, format(range.high), style),
  ];
}
