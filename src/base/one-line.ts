/** Control characters, line breaks of any kind, and what turns the direction of writing round. */
const BREAKING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A name or sentence out of a file as part of one line of a report, which it could forge lines of otherwise: "\n", "\u001b"
 * and so on are written out. Whole, unlike `printable`, and with all its letters.
 */
export function oneLine(text: string): string {
  return text.replace(
    BREAKING,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A copy of plain data, such as the manifest of a study, whose texts are each one line. */
export function withOneLineTexts<T>(data: T): T {
  if (typeof data === 'string') return oneLine(data) as T;
  if (Array.isArray(data)) return data.map((entry) => withOneLineTexts(entry)) as T;
  if (data === null || typeof data !== 'object' || Object.getPrototypeOf(data) !== Object.prototype) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withOneLineTexts(value)])) as T;
}
