/**
 * A value as a cell of CSV by RFC 4180, quoted where it must be; nothing for null, undefined and NaN. Texts are made safe
 * for spreadsheets.
 */
export function csvCell(value: string | number | boolean | null | undefined): string {
  const text = cellText(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A value as the plain text of a cell. Spreadsheets run a text that begins like a formula, in half- or full-width signs; an
 * apostrophe before it says that it is text.
 */
export function cellText(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  const text = String(value);
  return typeof value === 'string' && /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
}
