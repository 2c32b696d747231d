import { FormatError } from '../../base/errors.ts';

/** One JSON value per line, each line ended; NaN and infinities become null, as JSON has none. */
export function encodeJsonl(rows: Iterable<unknown>): Uint8Array<ArrayBuffer> {
  let text = '';
  for (const row of rows) text += `${JSON.stringify(row)}\n`;
  return new TextEncoder().encode(text);
}

/**
 * The rows of a `.jsonl` file; blank lines are passed over. `what` names the file in errors.
 * @throws FormatError naming the line that is not JSON, or when the bytes are not UTF-8.
 */
export function decodeJsonl<T>(bytes: Uint8Array, what: string): T[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(`${what}: is not UTF-8 text.`, { cause });
  }
  const rows: T[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue;
    try {
      rows.push(JSON.parse(lines[i]!) as T);
    } catch (cause) {
      throw new FormatError(`${what}: line ${i + 1} is not valid JSON.`, { cause });
    }
  }
  return rows;
}
