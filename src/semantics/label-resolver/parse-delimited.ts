import { FormatError } from '../../errors.ts';

/** Rows of a CSV or TSV text (RFC 4180: quoted cells may hold delimiters, line ends and doubled quotes). */
export function parseDelimited(text: string, delimiter: string, filename: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  let at = 0;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    cell = '';
  };
  while (at < text.length) {
    const character = text[at++]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      row.push(cell);
      cell = '';
    } else if (character === '\n') endRow();
    else cell += character;
  }
  if (quoted) throw new FormatError(`${filename}: a quoted cell near row ${rows.length + 1} is never closed.`);
  endRow();
  return rows;
}
