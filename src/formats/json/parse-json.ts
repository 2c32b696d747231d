import { printable } from '../../base/bytes/printable.ts';
import { FormatError, LimitError } from '../../base/errors.ts';

/** Bounds for JSON in files, which are checked before anything is parsed. */
export const JSON_LIMITS = {
  /** Lists and objects within one another; the configurations of the largest networks have some 30. */
  depth: 128,
  /** Values, keys included: 200,000 tensors with eight values each stay below. */
  values: 4_000_000,
} as const;

/** A JSON object, whose fields are not known to be anything before they are narrowed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses UTF-8 JSON that must be an object; `what` names it in the error.
 * @throws FormatError when it is not, LimitError when it is nested too deep or holds too many values.
 */
export function parseJson(bytes: Uint8Array, what: string): Record<string, unknown> {
  const value = parseJsonValue(bytes, what);
  if (!isObject(value)) throw new FormatError(`${what} must be a JSON object.`);
  return value;
}

/** As `parseJson`, for a value of any kind. */
export function parseJsonValue(bytes: Uint8Array, what: string): unknown {
  checkSize(bytes, what);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError(`${what} is not valid JSON.`, { cause });
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of unknown kind for a message: short, and never by its own toString. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(printable(value));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined ? 'nothing' : String(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Counts brackets and separators outside of strings: what a parser would have to hold. */
function checkSize(bytes: Uint8Array, what: string): void {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      i = bytes.indexOf(QUOTE, i + 1);
      while (i >= 0 && isEscaped(bytes, i)) i = bytes.indexOf(QUOTE, i + 1);
      if (i < 0) return;
    } else if (byte === 0x5b || byte === 0x7b) {
      values++;
      if (++depth > JSON_LIMITS.depth)
        throw new LimitError(`${what} is nested more than ${JSON_LIMITS.depth} deep, which is as far as JSON is read.`);
    } else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (byte === 0x2c || byte === 0x3a) values++;
    if (values > JSON_LIMITS.values)
      throw new LimitError(`${what} holds more than ${JSON_LIMITS.values} values, which is as many as are read.`);
  }
}

/** True for a quote behind an odd number of backslashes. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let from = at;
  while (from > 0 && bytes[from - 1] === BACKSLASH) from--;
  return (at - from) % 2 === 1;
}
