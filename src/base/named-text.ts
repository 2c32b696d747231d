import { FormatError } from './errors.ts';

/**
 * A name, label or id that JSON may hold as text, number, true or false, as text; undefined where it is not given (null).
 *
 * @param what Where it stands, for messages: "list.jsonl, line 2: label".
 * @throws FormatError for a list or an object.
 */
export function namedText(value: unknown, what: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  // The text of an object is what the file makes of it; it may even be none.
  if (typeof value === 'object')
    throw new FormatError(`${what} is ${JSON.stringify(value).slice(0, 60)}; a text or a number was expected.`);
  return String(value);
}
