import { FormatError, LimitError } from '../../base/errors.ts';
import { parseJsonValue } from '../../formats/json/parse-json.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';
import { MAX_LABELS } from './label-classes.ts';
import { readLines } from './label-lines.ts';
import { readTable } from './label-table.ts';
import { readLabelMap, readPython, readYaml } from './label-texts.ts';
import { readValue } from './label-values.ts';

/**
 * Reads a labels file. What is understood:
 *
 * - text with one class a line: a name, an id, or an id and a name ("n01440764 tench, Tinca tinca"), or numbered in any
 *   usual way ("0: tench", "0) tench", "tench<tab>0"); a list in one line; a comment before the first name
 * - JSON: an array of names, ids or `{ id, name, synset }`; an object from index to any of these or from name to index;
 *   either of them inside a configuration (`id2label`, `labels`, `classes`, `class_to_idx`, COCO's `categories` …); or
 *   from name to id, by which a person corrects a resolution
 * - CSV or TSV with a header that has a column of names or ids and perhaps one of indices
 * - YAML with `names`, as YOLO keeps them; TensorFlow's label maps (`.pbtxt`); a list or dict as Python prints it
 *
 * Text is UTF-8, UTF-16 with a byte order mark, or else Windows-1252. Indices that count from 1 without a gap are counted
 * from 0. Rows that stand for no class (N/A, a gap in the indices, a leading "background") come back as unused.
 *
 * @param labels The text, or the bytes of the file.
 * @param filename names the file in errors; its ending tells CSV and YAML from plain text.
 * @throws FormatError naming the file and line; LimitError for more than a million rows.
 */
export function parseLabels(labels: string | Uint8Array, filename: string): LabelClass[] {
  const text = typeof labels === 'string' ? labels : decodeText(labels);
  const content = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (content.trim() === '') throw new FormatError(`${filename}: the labels file is empty.`);
  const rows = readRows(content, filename);
  if (rows.length > MAX_LABELS)
    throw new LimitError(`${filename}: ${rows.length} labels; at most ${MAX_LABELS} are read.`);
  if (/^_*(background|dummy)_*$/i.test(rows[0]?.name ?? '')) rows[0] = { name: rows[0]!.name, unused: true };
  checkTwice(rows, filename);
  return rows;
}

function readRows(content: string, filename: string): LabelClass[] {
  const isPython = /^\s*[[({]/.test(content) && !/\.json$/i.test(filename);
  const python = isPython ? readPython(content, filename) : undefined;
  if (python) return python;
  if (/\.json$/i.test(filename) || /^\s*(\[|\{\s*["}])/.test(content))
    return readValue(parseJsonValue(new TextEncoder().encode(content), filename), filename);
  if (/\.(csv|tsv)$/i.test(filename)) return readTable(content, filename);
  if (/\.ya?ml$/i.test(filename)) return readYaml(content, filename);
  if (/\.pbtxt$/i.test(filename) || /^\s*item\s*:?\s*\{/.test(content)) return readLabelMap(content, filename);
  return readLines(content, filename);
}

/** UTF-16 by its mark, UTF-8 where the bytes are such, else Windows-1252, which takes any. */
function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function checkTwice(rows: readonly LabelClass[], filename: string): void {
  const first = new Map<string, number>();
  for (const [i, { synset }] of rows.entries()) {
    if (synset === undefined) continue;
    const before = first.get(synset);
    if (before !== undefined)
      throw new FormatError(
        `${filename}: the id ${synset} is given to label ${before} and again to label ${i} (from 0).`,
      );
    first.set(synset, i);
  }
}
