/**
 * A text as a cell of a delimited file: spreadsheets run one that begins like a formula, in half- or full-width signs, and
 * an apostrophe before it says that it is text. Numbers are cells of their own and do not come here.
 */
export function spreadsheetText(text: string): string {
  return /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
}
