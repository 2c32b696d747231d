import { element, escapeText, textWidth } from '../kit/export/svg.ts';
import type { ColourTable } from '../kit/theme/colour-maps.ts';
import { type ColourRange, colourIndex } from '../kit/theme/colour-scale.ts';
import { FONT } from '../kit/theme/font.ts';
import { formatHex, luminance } from '../kit/theme/oklab.ts';
import type { Palette } from '../kit/theme/palette.ts';

/** A small map with named rows and columns, such as layers against layers. */
export interface HeatGrid {
  rows: readonly string[];
  columns: readonly string[];
  values: readonly (readonly (number | null)[])[];
  range: ColourRange;
  table: ColourTable;
  /** The number in a cell. */
  format: (value: number) => string;
  /** A stripe beside each row and column, such as the colour of its model. */
  stripes?: { rows: readonly string[]; columns: readonly string[] } | undefined;
}

export interface GridLayout {
  width: number;
  height: number;
  left: number;
  top: number;
  cell: number;
}

/** Numbers stand in cells at least this wide. */
const NUMBERS_FROM = 34;
const STRIPE = 5;
const LARGEST = 58;

/** As large as the available width allows, names beside and below. */
export function layoutGrid(grid: HeatGrid, available: number): GridLayout {
  const gutter = (names: readonly string[]): number =>
    Math.min(170, Math.ceil(Math.max(...names.map((name) => textWidth(name, `11.5px ${FONT}`)))) + 12);
  const left = Math.min(gutter(grid.rows), available * 0.42) + STRIPE + 3;
  const cell = Math.max(7, Math.min(LARGEST, Math.floor((available - left - 4) / grid.columns.length)));
  return {
    width: left + cell * grid.columns.length + 2,
    height: 2 + cell * grid.rows.length + STRIPE + 5 + gutter(grid.columns),
    left,
    top: 2,
    cell,
  };
}

/** The cell under a point. */
export function gridCellAt(
  grid: HeatGrid,
  { left, top, cell }: GridLayout,
  x: number,
  y: number,
): { row: number; col: number } | undefined {
  const [row, col] = [Math.floor((y - top) / cell), Math.floor((x - left) / cell)];
  return row >= 0 && col >= 0 && row < grid.rows.length && col < grid.columns.length ? { row, col } : undefined;
}

/** The map as SVG elements: what the screen shows is what is exported. */
export function drawGrid(grid: HeatGrid, layout: GridLayout, palette: Palette): string[] {
  const { left, top, cell } = layout;
  const { rows, columns, values, range, table, stripes } = grid;
  const bottom = top + cell * rows.length;
  const size = Math.max(7.5, Math.min(11.5, cell - 1));
  const body: string[] = [];
  const gap = cell > 18 ? 1.5 : 0;
  const name = (content: string, room: number): string => shorten(content, room, `${size}px ${FONT}`);
  rows.forEach((row, i) => {
    const y = top + (i + 0.5) * cell;
    body.push(
      element(
        'text',
        {
          x: left - STRIPE - 8,
          y,
          'text-anchor': 'end',
          'dominant-baseline': 'central',
          fill: palette.text,
          'font-size': size,
        },
        escapeText(name(row, left - STRIPE - 10)),
      ),
    );
    if (stripes)
      body.push(
        element('rect', {
          x: left - STRIPE - 3,
          y: top + i * cell,
          width: STRIPE,
          height: cell - gap,
          fill: stripes.rows[i]!,
        }),
      );
  });
  columns.forEach((column, j) => {
    const x = left + (j + 0.5) * cell;
    body.push(
      element(
        'text',
        {
          transform: `translate(${x.toFixed(1)} ${bottom + STRIPE + 8}) rotate(-90)`,
          'text-anchor': 'end',
          'dominant-baseline': 'central',
          fill: palette.text,
          'font-size': size,
        },
        escapeText(name(column, layout.height - bottom - STRIPE - 8)),
      ),
    );
    if (stripes)
      body.push(
        element('rect', {
          x: left + j * cell,
          y: bottom + 2,
          width: cell - gap,
          height: STRIPE,
          fill: stripes.columns[j]!,
        }),
      );
  });
  values.forEach((row, i) => {
    row.forEach((value, j) => {
      const rgb = value === null ? undefined : table[colourIndex(value, range)]!;
      const at = { x: left + j * cell, y: top + i * cell };
      body.push(
        element('rect', {
          ...at,
          width: cell - gap,
          height: cell - gap,
          fill: rgb ? formatHex(rgb) : palette.missing[1],
        }),
      );
      if (cell < NUMBERS_FROM) return;
      body.push(
        element(
          'text',
          {
            x: at.x + (cell - gap) / 2,
            y: at.y + (cell - gap) / 2,
            'text-anchor': 'middle',
            'dominant-baseline': 'central',
            'font-size': Math.min(11.5, cell / 3.4),
            fill: !rgb ? palette.muted : luminance(rgb) > 0.18 ? '#000000' : '#ffffff',
          },
          value === null ? '–' : grid.format(value),
        ),
      );
    });
  });
  return body;
}

function shorten(text: string, room: number, font: string): string {
  if (textWidth(text, font) <= room) return text;
  // The end of a layer's name says more than its beginning.
  let start = 1;
  while (start < text.length - 1 && textWidth(`…${text.slice(start)}`, font) > room) start++;
  return `…${text.slice(start)}`;
}
