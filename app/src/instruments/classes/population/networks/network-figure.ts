import type { PopulationSection } from '#src/study/population-section.ts';
import { linearAxis } from '../../../../charts/axis.ts';
import { element, escapeText, textWidth } from '../../../../kit/export/svg.ts';
import type { ColourTable } from '../../../../kit/theme/colour-maps.ts';
import { colourIndex } from '../../../../kit/theme/colour-scale.ts';
import { FONT } from '../../../../kit/theme/font.ts';
import { formatHex, luminance } from '../../../../kit/theme/oklab.ts';
import { modelColour, type Palette } from '../../../../kit/theme/palette.ts';
import { fixed } from '../../../../kit/ui/numbers.ts';
import { nsadRange } from '../../models/nsad.ts';
import type { PopulationModel } from '../population-model.ts';

/** Numbers stand in the cells while there is room for them. */
const NUMBERS_UP_TO = 14;
const TREE_WIDTH = 170;
const FAMILY_STRIP = 7;
const SMALL_TEXT = 11;

export interface NetworkFigure {
  width: number;
  height: number;
  /** Left and top of the first cell, and the side of one, in pixels. */
  left: number;
  top: number;
  cell: number;
  /** The networks along both sides of the map. */
  order: PopulationModel[];
  body: string[];
}

/**
 * NSAD of all pairs of networks in leaf order, with the dendrogram on its right and a strip of families; the cells are
 * made to fit the available pixels.
 */
export function drawNetworks(
  models: readonly PopulationModel[],
  values: readonly (readonly (number | null)[])[],
  clustering: PopulationSection['clustering']['cosine'],
  palette: Palette,
  table: ColourTable,
  available = Number.POSITIVE_INFINITY,
): NetworkFigure {
  const order = clustering.order.flatMap((index) => models.find((model) => model.index === index) ?? []);
  const n = order.length;
  const names = order.map(({ name }) => name);
  const gutterAt = (size: number): number =>
    Math.ceil(Math.max(60, ...names.map((name) => textWidth(name, `${size}px ${FONT}`)))) + 10;
  const around = gutterAt(SMALL_TEXT) + FAMILY_STRIP + 4 + 8 + TREE_WIDTH + 14;
  const cell = Math.max(8, Math.min(44, Math.floor(620 / n), Math.floor((available - around) / n)));
  const size = Math.max(8, Math.min(12, cell - 2));
  const gutter = gutterAt(size);
  const left = gutter + FAMILY_STRIP + 4;
  const top = 2;
  const side = n * cell;
  const range = nsadRange(values);
  const body: string[] = [];

  const families = [...new Set(models.map(({ member }) => member.family))].filter((family) => family !== null);
  order.forEach(({ name, member }, i) => {
    const middle = top + (i + 0.5) * cell;
    body.push(
      element(
        'text',
        {
          x: gutter - 6,
          y: middle,
          'dominant-baseline': 'central',
          'text-anchor': 'end',
          fill: palette.text,
          'font-size': size,
        },
        escapeText(name),
      ),
    );
    if (member.family !== null)
      body.push(
        element('rect', {
          x: gutter,
          y: top + i * cell,
          width: FAMILY_STRIP,
          height: cell,
          fill: modelColour(palette, families.indexOf(member.family)),
        }),
      );
  });
  order.forEach((a, i) => {
    order.forEach((b, j) => {
      const value = values[a.index]![b.index] ?? null;
      const rgb = value === null || i === j ? undefined : table[colourIndex(value, range)]!;
      const gap = cell > 20 ? 2 : 0;
      const at = { x: left + j * cell, y: top + i * cell };
      body.push(
        element('rect', { ...at, width: cell - gap, height: cell - gap, fill: rgb ? formatHex(rgb) : palette.sunken }),
      );
      if (rgb && n <= NUMBERS_UP_TO)
        body.push(
          element(
            'text',
            {
              x: at.x + (cell - gap) / 2,
              y: at.y + (cell - gap) / 2,
              'dominant-baseline': 'central',
              'text-anchor': 'middle',
              'font-size': 11.5,
              fill: luminance(rgb) > 0.18 ? '#000000' : '#ffffff',
            },
            fixed(value),
          ),
        );
    });
  });

  const root = left + side + 8;
  const highest = Math.max(1e-6, ...clustering.merges.map(({ height }) => height));
  const axis = linearAxis([0, highest * 1.04], [root, root + TREE_WIDTH], 3);
  const y = (place: number): number => top + (place + 0.5) * cell;
  const round = (value: number): number => Math.round(value * 10) / 10;
  const brackets = clustering.merges.map(
    ({ from, to, fromHeight, toHeight, height }) =>
      `M${round(axis.place(fromHeight))} ${round(y(from))}H${round(axis.place(height))}V${round(y(to))}H${round(axis.place(toHeight))}`,
  );
  body.push(element('path', { d: brackets.join(''), fill: 'none', stroke: palette.muted, 'stroke-width': 1.2 }));
  for (const { value, label } of axis.ticks) {
    const x = axis.place(value);
    body.push(
      element('line', { x1: x, y1: top + side + 2, x2: x, y2: top + side + 6, stroke: palette.outline }),
      element('text', { x, y: top + side + 18, 'text-anchor': 'middle', fill: palette.muted, 'font-size': 11 }, label),
    );
  }
  body.push(
    element(
      'text',
      { x: root + TREE_WIDTH, y: top + side + 33, 'text-anchor': 'end', fill: palette.muted, 'font-size': 11 },
      '1 − NSAD, average linkage',
    ),
  );
  return { width: root + TREE_WIDTH + 14, height: top + side + 38, left, top, cell, order, body };
}

/** The cell under a point of the figure; undefined off the map. */
export function cellAt(figure: NetworkFigure, x: number, y: number): { i: number; j: number } | undefined {
  const j = Math.floor((x - figure.left) / figure.cell);
  const i = Math.floor((y - figure.top) / figure.cell);
  const n = figure.order.length;
  return i >= 0 && j >= 0 && i < n && j < n ? { i, j } : undefined;
}
