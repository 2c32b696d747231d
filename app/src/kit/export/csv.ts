import { csvCell } from '#src/formats/csv/csv-cell.ts';

export type CsvCell = string | number | null;

/** Rows as CSV (RFC 4180) with a line of names first. */
export function csvBlob(columns: readonly string[], rows: Iterable<readonly CsvCell[]>): Blob {
  const line = (cells: readonly CsvCell[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  const parts: string[] = [line(columns)];
  for (const row of rows) parts.push(line(row));
  return new Blob(parts, { type: 'text/csv' });
}
