import { FormatError } from '../../base/errors.ts';

/** Parses UTF-8 JSON that must be an object; `what` names it in the error. */
export function parseJson(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError(`${what} is not valid JSON.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FormatError(`${what} must be a JSON object.`);
  return value as Record<string, unknown>;
}
