import { FormatError, LimitError } from '../../base/errors.ts';
import { parseDelimited } from '../../formats/csv/parse-delimited.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';

/** Above any label set in use (ImageNet-21k has 21,843) and below what a lying index could make of a small file. */
const MAX_LABELS = 1_000_000;

const WNID = /^n\d{8}$/;
const NAME_COLUMNS = ['name', 'label', 'class', 'classname', 'title', 'category', 'words'];
const SYNSET_COLUMNS = ['synset', 'wnid', 'synsetid', 'wordnetid', 'wordnet', 'offset'];
const INDEX_COLUMNS = ['index', 'id', 'classid', 'labelid', 'number', 'row'];

/**
 * Reads a labels file. What is understood:
 *
 * - text with one class a line: a name, an id, or an id and a name ("n01440764 tench, Tinca tinca"), or "0: tench"
 * - JSON: an array of names, ids or `{ name, synset }`; an object from index to any of these (`id2label`, also inside a
 *   whole config.json) or from name to index; or from name to id, by which a person corrects a resolution
 * - CSV or TSV with a header that has a column of names or ids and perhaps one of indices
 *
 * Rows that stand for no class (N/A, a gap in the indices, a leading "background") come back as unused.
 *
 * @param filename names the file in errors; its ending tells CSV from plain text.
 * @throws FormatError naming the file and line; LimitError for more than a million rows.
 */
export function parseLabels(text: string, filename: string): LabelClass[] {
  const content = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (content.trim() === '') throw new FormatError(`${filename}: the labels file is empty.`);
  const isJson = /\.json$/i.test(filename) || /^\s*(\[|\{\s*["}])/.test(content);
  const rows = isJson
    ? readJson(content, filename)
    : /\.(csv|tsv)$/i.test(filename)
      ? readTable(content, filename)
      : readLines(content, filename);
  if (rows.length > MAX_LABELS)
    throw new LimitError(`${filename}: ${rows.length} labels; at most ${MAX_LABELS} are read.`);
  if (/^_*(background|dummy)_*$/i.test(rows[0]?.name ?? '')) rows[0] = { name: rows[0]!.name, unused: true };
  checkTwice(rows, filename);
  return rows;
}

function toLabel(name: string, synset?: string): LabelClass {
  const text = name.trim();
  if (synset === undefined && (text === '' || text === 'N/A')) return { name: 'N/A', unused: true };
  return synset === undefined ? { name: text } : { name: text === '' ? synset : text, synset };
}

function readLines(content: string, filename: string): LabelClass[] {
  const lines = content.replace(/\s+$/, '').split('\n');
  const numbered = lines.map((line) => /^\s*\{?\s*(\d{1,9})\s*:\s*(.*?),?\s*\}?\s*$/.exec(line));
  if (numbered.every((found) => found !== null)) {
    const entries = numbered.map((found) => [Number(found[1]), unquote(found[2]!)] as const);
    return placeByIndex(
      entries.map(([index, name]) => [index, toLabel(name)]),
      filename,
    );
  }
  return lines.map((line, i) => {
    if (line.trim() === '')
      throw new FormatError(`${filename}: line ${i + 1} is empty, with labels after it.`, {
        hint: 'Write N/A for a row of the classifier that stands for no class, or remove the line.',
      });
    const withId = /^(n\d{8})(?:[\s,]+(.*))?$/.exec(line.trim());
    return withId ? toLabel(withId[2] ?? withId[1]!, withId[1]!) : toLabel(line);
  });
}

function unquote(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1).replace(/\\(['"\\])/g, '$1') : text;
}

function readTable(content: string, filename: string): LabelClass[] {
  const [header, ...rows] = parseDelimited(content, /\.tsv$/i.test(filename) ? '\t' : ',', filename);
  const columns = header!.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ''));
  const find = (names: readonly string[]): number => columns.findIndex((column) => names.includes(column));
  const nameColumn = find(NAME_COLUMNS);
  const synsetColumn = find(SYNSET_COLUMNS);
  const indexColumn = find(INDEX_COLUMNS);
  if (nameColumn < 0 && synsetColumn < 0)
    throw new FormatError(`${filename}: the header (${header!.join(', ')}) has no column of class names or ids.`, {
      hint: `A column of names is called ${NAME_COLUMNS.slice(0, 3).join(', ')} …, one of ids ${SYNSET_COLUMNS.slice(0, 2).join(' or ')}.`,
    });
  const labels = rows.map((cells, i) => {
    const synset = synsetColumn < 0 ? '' : (cells[synsetColumn] ?? '').trim();
    if (synset !== '' && !WNID.test(synset))
      throw new FormatError(
        `${filename}: row ${i + 2} has ${JSON.stringify(synset)} where an id such as n02084071 was expected.`,
      );
    const name = nameColumn < 0 ? synset : (cells[nameColumn] ?? '');
    return synset === '' ? readText(name) : toLabel(name, synset);
  });
  if (indexColumn < 0) return labels;
  return placeByIndex(
    labels.map((label, i) => [toIndex(rows[i]![indexColumn] ?? '', `row ${i + 2}`, filename), label]),
    filename,
  );
}

function readText(text: string): LabelClass {
  const trimmed = text.trim();
  return WNID.test(trimmed) ? toLabel(trimmed, trimmed) : toLabel(trimmed);
}

function readJson(content: string, filename: string): LabelClass[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new FormatError(`${filename} is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
  if (Array.isArray(value)) return value.map((entry, i) => readEntry(entry, `entry ${i}`, filename));
  if (typeof value !== 'object' || value === null)
    throw new FormatError(`${filename}: an array or an object of labels was expected, a ${typeof value} was found.`);
  const nested = (value as Record<string, unknown>).id2label;
  if (typeof nested === 'object' && nested !== null) value = nested;
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.length === 0) throw new FormatError(`${filename}: the object has no labels.`);
  if (entries.every(([key]) => /^\d+$/.test(key)))
    return placeByIndex(
      entries.map(([key, entry]) => [toIndex(key, `key ${key}`, filename), readEntry(entry, `label ${key}`, filename)]),
      filename,
    );
  if (entries.every(([, entry]) => Number.isSafeInteger(entry)))
    return placeByIndex(
      entries.map(([name, index]) => [toIndex(String(index), JSON.stringify(name), filename), readText(name)]),
      filename,
    );
  return entries.map(([name, entry]) => {
    if (typeof entry !== 'string' || !WNID.test(entry))
      throw new FormatError(
        `${filename}: ${JSON.stringify(name)} has ${JSON.stringify(entry)?.slice(0, 60)}; an id such as n02084071 was expected.`,
        { hint: 'Labels as an object go from index to name, from name to index, or from name to WordNet id.' },
      );
    return toLabel(name, entry);
  });
}

/** A name, an id, `{ name, synset }` or, as Keras writes them, [id, name]. */
function readEntry(entry: unknown, where: string, filename: string): LabelClass {
  if (entry === null) return toLabel('');
  if (typeof entry === 'string') return readText(entry);
  if (Array.isArray(entry) && entry.length === 2 && typeof entry[1] === 'string' && WNID.test(String(entry[0])))
    return toLabel(entry[1], String(entry[0]));
  if (typeof entry === 'object' && !Array.isArray(entry)) {
    const { name, synset } = entry as Record<string, unknown>;
    const idOk = synset === undefined || synset === null || (typeof synset === 'string' && WNID.test(synset));
    if (idOk && typeof name === 'string') return synset ? toLabel(name, synset as string) : readText(name);
    if (idOk && synset && name === undefined) return toLabel(synset as string, synset as string);
  }
  throw new FormatError(
    `${filename}: ${where} is ${JSON.stringify(entry).slice(0, 60)}; a name, an id or { "name", "synset" } was expected.`,
  );
}

function toIndex(text: string, where: string, filename: string): number {
  const index = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(index))
    throw new FormatError(
      `${filename}: ${where} has ${JSON.stringify(text)} where an index of 0 or more was expected.`,
    );
  return index;
}

function placeByIndex(entries: readonly (readonly [number, LabelClass])[], filename: string): LabelClass[] {
  const rows: LabelClass[] = [];
  for (const [index, label] of entries) {
    if (index >= MAX_LABELS)
      throw new LimitError(`${filename}: ${label.name} has the index ${index}; at most ${MAX_LABELS} labels are read.`);
    const held = rows[index];
    if (held) throw new FormatError(`${filename}: index ${index} is given twice, to ${held.name} and ${label.name}.`);
    rows[index] = label;
  }
  const gap: LabelClass = { name: 'N/A', unused: true };
  return Array.from(rows, (label) => label ?? gap);
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
