import { FormatError } from '../../base/errors.ts';

/**
 * Rows of a CSV or TSV text (RFC 4180: quoted cells may hold delimiters, line ends and doubled quotes). Cells that are
 * not quoted are trimmed; blank lines and a byte order mark are left out.
 *
 * @throws FormatError when a quoted cell is never closed.
 */
export function parseDelimited(text: string, delimiter: string, filename: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let open = false;
  let quoted = false;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const endCell = (): void => {
    row.push(quoted ? cell : cell.trim());
    cell = '';
    quoted = false;
  };
  const endRow = (): void => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (at < text.length) {
    const character = text[at++]!;
    if (open) {
      if (character !== '"') cell += character;
      else if (text[at] === '"') {
        cell += '"';
        at++;
      } else open = false;
    } else if (character === '"' && !quoted && cell.trim() === '') {
      open = true;
      quoted = true;
      cell = '';
    } else if (character === delimiter) endCell();
    else if (character === '\n') endRow();
    else if (!quoted || character.trim() !== '') cell += character;
  }
  if (open) throw new FormatError(`${filename}: a quoted cell near row ${rows.length + 1} is never closed.`);
  endRow();
  return rows;
}
