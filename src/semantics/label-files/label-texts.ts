import { parse as parseYaml } from 'yaml';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';
import { placeByIndex, toLabel } from './label-classes.ts';
import { readValue } from './label-values.ts';

/** Characters of a YAML file; its parser is slow, and 5,000 names take 100,000. */
const MAX_YAML = 1_000_000;
const MAX_EMPTY_ENTRIES = 100;

/** YAML such as the data file of YOLO: { nc, names: list or map }. */
export function readYaml(content: string, filename: string): LabelClass[] {
  checkLimit(filename, 'the number of characters', content.length, MAX_YAML);
  if ((content.match(/,\s*,/g) ?? []).length > MAX_EMPTY_ENTRIES)
    throw new FormatError(
      `${filename}: is not valid YAML: more than ${MAX_EMPTY_ENTRIES} entries between commas are empty.`,
    );
  let value: unknown;
  try {
    value = parseYaml(content, { maxAliasCount: 100 });
  } catch (cause) {
    throw new FormatError(`${filename} is not valid YAML: ${(cause as Error).message.split('\n')[0]}`, { cause });
  }
  return readValue(value, filename);
}

/** A label map of TensorFlow's object detection: item { id: 1 name: 'cat' display_name: "Cat" }. */
export function readLabelMap(content: string, filename: string): LabelClass[] {
  const entries: [number, LabelClass][] = [];
  for (const [, body] of content.matchAll(/\bitem\s*:?\s*\{([^{}]*)\}/g)) {
    const id = /\bid\s*:\s*(\d{1,9})/.exec(body!)?.[1];
    const text = (field: string) =>
      new RegExp(`\\b${field}\\s*:\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'((?:[^'\\\\]|\\\\.)*)')`).exec(body!);
    const found = text('display_name') ?? text('name');
    if (id === undefined || !found)
      throw new FormatError(`${filename}: item ${entries.length + 1} of the label map has no id or no name.`);
    entries.push([Number(id), toLabel(found[1] ?? found[2]!)]);
  }
  if (entries.length === 0) throw new FormatError(`${filename}: the label map has no item.`);
  return placeByIndex(entries, filename);
}

/** A list or dict as Python prints it; undefined where the text is none. Nothing is evaluated. */
export function readPython(content: string, filename: string): LabelClass[] | undefined {
  const token = /\s*(?:(u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))|(\d{1,9})|([[\](){},:]))/y;
  const tokens: string[] = [];
  const text = content.trim();
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (!found) return undefined;
    tokens.push(found[1] ?? found[2] ?? found[3]!);
  }
  const isText = (part: string | undefined) => part !== undefined && /^u?['"]/.test(part);
  const plain = (part: string) => (isText(part) ? part.replace(/^u/, '').slice(1, -1).replace(/\\(.)/gs, '$1') : part);
  const inside = tokens.slice(1, -1);
  const [open] = tokens;
  const close = tokens.at(-1);
  if ((open === '[' && close === ']') || (open === '(' && close === ')')) {
    const names = inside.filter((part, i) => (i % 2 === 0 ? isText(part) : false));
    const commas = inside.filter((_, i) => i % 2 === 1);
    if (names.length !== Math.ceil(inside.length / 2) || commas.some((part) => part !== ',')) return undefined;
    return readValue(names.map(plain), filename);
  }
  if (open !== '{' || close !== '}') return undefined;
  const pairs: [string, string | number][] = [];
  for (let i = 0; i < inside.length; i += 4) {
    const [key, colon, value, comma] = inside.slice(i, i + 4);
    if (key === undefined || colon !== ':' || value === undefined || (comma ?? ',') !== ',') return undefined;
    if (isText(key) === isText(value)) return undefined;
    pairs.push([plain(key), isText(value) ? plain(value) : Number(value)]);
  }
  return readValue(Object.fromEntries(pairs), filename);
}
