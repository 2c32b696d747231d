import { FONT } from '../theme/font.ts';
import type { Palette } from '../theme/palette.ts';
import type { Figure } from './panel.ts';
import { element, escapeText, svgDocument, textWidth } from './svg.ts';
import { titleLine, titleLineWidth } from './title-line.ts';

export interface TableFigure {
  title: string;
  subtitle: string;
  columns: readonly { title: string; number?: boolean }[];
  rows: readonly (readonly string[])[];
}

const MARGIN = 24;
const ROW = 24;
const GAP = 22;
const TITLE = 40;

/** A table as a figure: as wide as its contents, with a rule below each row. */
export function tableFigure({ title, subtitle, columns, rows }: TableFigure, palette: Palette): Figure {
  const widths = columns.map((column, c) =>
    Math.max(
      textWidth(column.title, `600 12px ${FONT}`),
      ...rows.map((row) => textWidth(row[c] ?? '', `12px ${FONT}`)),
    ),
  );
  const starts = widths.map((_, c) => MARGIN + widths.slice(0, c).reduce((sum, width) => sum + width + GAP, 0));
  const inner = Math.max(titleLineWidth({ title, subtitle }), starts.at(-1)! - MARGIN + widths.at(-1)!);
  const width = inner + 2 * MARGIN;
  const height = MARGIN + TITLE + (rows.length + 1) * ROW + MARGIN / 2;
  const cell = (content: string, c: number, y: number, style: Record<string, string | number>): string =>
    element(
      'text',
      {
        x: columns[c]!.number ? starts[c]! + widths[c]! : starts[c]!,
        y,
        'text-anchor': columns[c]!.number ? 'end' : undefined,
        ...style,
      },
      escapeText(content),
    );
  const body = titleLine({ title, subtitle }, MARGIN, MARGIN + 12, palette);
  const top = MARGIN + TITLE;
  for (const [c, column] of columns.entries())
    body.push(cell(column.title, c, top + 8, { fill: palette.muted, 'font-weight': 600 }));
  for (const [r, row] of rows.entries()) {
    const y = top + (r + 1) * ROW;
    body.push(element('rect', { x: MARGIN, y: y - 8, width: inner, height: 1, fill: palette.border }));
    for (const [c, content] of row.entries()) body.push(cell(content, c, y + 8, { fill: palette.text }));
  }
  return { svg: svgDocument(width, height, palette.background, FONT, body), width, height };
}
