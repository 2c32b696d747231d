export type CsvCell = string | number | null;

/** Rows as CSV (RFC 4180) with a line of names first. */
export function csvBlob(columns: readonly string[], rows: Iterable<readonly CsvCell[]>): Blob {
  const parts: string[] = [`${columns.map(csvField).join(',')}\r\n`];
  for (const row of rows) parts.push(`${row.map(csvField).join(',')}\r\n`);
  return new Blob(parts, { type: 'text/csv' });
}

function csvField(value: CsvCell): string {
  if (value === null || (typeof value === 'number' && Number.isNaN(value))) return '';
  const text = String(value);
  // A leading sign or "=" in a name would be taken for a formula by a spreadsheet.
  const plain = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
