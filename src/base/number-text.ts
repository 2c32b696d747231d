/** The text of a number with a true minus sign in place of a hyphen, also in its exponent, and none before zero. */
export function withMinus(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replaceAll('-', '−');
}
