import { cellText, csvCell } from '../formats/csv/csv-cell.ts';
import type { Cell, Table } from './table.ts';

/** Formats that a table is written in. */
export const TABLE_FORMATS = ['csv', 'tsv', 'latex', 'json'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** The table as text: CSV by RFC 4180 with plain line ends, TSV, a LaTeX tabular with booktabs rules, or JSON records. */
export function writeTable({ columns, rows }: Table, format: TableFormat): string {
  switch (format) {
    case 'csv':
      return lines([columns, ...rows], ',', csvCell);
    case 'tsv':
      return lines([columns, ...rows], '\t', tsvCell);
    case 'latex':
      return latex(columns, rows);
    case 'json': {
      const records = rows.map((cells) => Object.fromEntries(columns.map((column, c) => [column, cells[c] ?? null])));
      return `${JSON.stringify({ schemaVersion: 1, columns, rows: records }, null, 2)}\n`;
    }
  }
}

function lines(rows: readonly (readonly Cell[])[], separator: string, cell: (value: Cell) => string): string {
  return rows.map((cells) => `${cells.map(cell).join(separator)}\n`).join('');
}

/** TSV has no quotes: what would break a row becomes a space. */
function tsvCell(value: Cell): string {
  return cellText(value).replace(/[\t\r\n]/g, ' ');
}

function latex(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = columns.map((_, c) => rows.every((cells) => cells[c] === null || typeof cells[c] === 'number'));
  const row = (cells: readonly Cell[]): string => `${cells.map(latexCell).join(' & ')} \\\\\n`;
  return [
    `\\begin{tabular}{${isNumber.map((number) => (number ? 'r' : 'l')).join('')}}\n\\toprule\n`,
    row(columns),
    '\\midrule\n',
    ...rows.map(row),
    '\\bottomrule\n\\end{tabular}\n',
  ].join('');
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function latexCell(value: Cell): string {
  if (typeof value === 'number') return latexNumber(value);
  return value === null ? '--' : String(value).replace(/[\\~^&%$#_{}]/g, (char) => LATEX[char] ?? `\\${char}`);
}

/** A whole number as it is, another to four digits. */
function latexNumber(value: number): string {
  const [digits = '', exponent] = String(Number.isInteger(value) ? value : Number(value.toPrecision(4))).split('e');
  if (exponent !== undefined) return `$${digits}\\times10^{${Number(exponent)}}$`;
  return digits.replace('-', '$-$');
}
