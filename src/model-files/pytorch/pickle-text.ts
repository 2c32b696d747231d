const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The text of protocol 0's STRING: Python's escapes between the quotes. An unknown escape stays as it is written. */
export function unescapeString(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\\'"abfnrtv]))/g, (_, hex, octal, letter) => {
    if (letter !== undefined) return ESCAPES[letter]!;
    return String.fromCharCode(hex === undefined ? Number.parseInt(octal, 8) & 0xff : Number.parseInt(hex, 16));
  });
}

/** The text of protocol 0's UNICODE: Latin-1, with all else escaped by four (\u) or eight (\U) hexadecimal digits. */
export function unescapeUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short, long) => {
    const code = Number.parseInt(short ?? long, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
