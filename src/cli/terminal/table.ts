import { OWN_ESCAPE, terminalText } from './escapes.ts';

/** A column of a plain-text table. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** A column of numbers. */
export function numberColumn(title: string): Column {
  return { title, align: 'right' };
}

/** A number in a cell; "–" where there is none. */
export function numberCell(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined ? '–' : value.toFixed(digits);
}

const COLOUR = new RegExp(`${OWN_ESCAPE}\\[[0-9;]*m`, 'g');

/** Columns a string takes in a terminal, colour codes not counted. */
export function displayWidth(text: string): number {
  return [...terminalText(text.replace(COLOUR, ''))].length;
}

/** Lays rows out in columns two spaces apart; numbers read best right-aligned. Cells may hold colour codes. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ''): string {
  // Row by row: a long table has more cells than a call takes arguments.
  const cleaned = rows.map((row) => columns.map((_, i) => (row[i] ?? '').replace(/[\r\n]+/g, ' ')));
  const widths = columns.map(({ title }, i) =>
    cleaned.reduce((widest, row) => Math.max(widest, displayWidth(row[i]!)), displayWidth(title)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = columns.map((column, i) => {
      const cell = cells[i]!;
      const space = ' '.repeat(widths[i]! - displayWidth(cell));
      return column.align === 'right' ? space + cell : cell + space;
    });
    return `${indent}${padded.join('  ').trimEnd()}\n`;
  };
  return line(columns.map((column) => column.title)) + cleaned.map(line).join('');
}
