import { FormatError } from '../../base/errors.ts';
import { isObject, shown } from '../../formats/json/parse-json.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';
import { placeByIndex, readText, toIndex, toLabel, WNID } from './label-classes.ts';

/** Keys under which configurations keep their class names, the surest first. */
const KEYS = [
  'id2label',
  'label_names',
  'class_names',
  'classNames',
  'labels',
  'classes',
  'names',
  'categories',
  'idx_to_class',
  'index_to_name',
  'class_to_idx',
  'class_indices',
  'label2id',
];

/** Labels of a value out of JSON, YAML or Python: a list, a map in either direction, or a configuration around one. */
export function readValue(given: unknown, filename: string): LabelClass[] {
  const value = isObject(given) ? inner(given) : given;
  if (Array.isArray(value)) return readList(value, filename);
  if (!isObject(value))
    throw new FormatError(`${filename}: an array or an object of labels was expected, a ${typeof value} was found.`);
  const entries = Object.entries(value);
  if (entries.length === 0) throw new FormatError(`${filename}: the object has no labels.`);
  if (entries.every(([key]) => /^\d+$/.test(key)))
    return placeByIndex(
      entries.map(([key, entry]) => [toIndex(key, `key ${key}`, filename), readEntry(entry, `label ${key}`, filename)]),
      filename,
    );
  if (entries.every(([, entry]) => Number.isSafeInteger(entry)))
    return placeByIndex(
      entries.map(([name, index]) => [toIndex(`${index as number}`, JSON.stringify(name), filename), readText(name)]),
      filename,
    );
  return entries.map(([name, entry]) => {
    if (typeof entry !== 'string' || !WNID.test(entry))
      throw new FormatError(
        `${filename}: ${JSON.stringify(name)} has ${shown(entry)}; an id such as n02084071 was expected.`,
        { hint: 'Labels as an object go from index to name, from name to index, or from name to WordNet id.' },
      );
    return toLabel(name, entry);
  });
}

/** What a configuration keeps its names under; a map of names may itself have a class called "labels". */
function inner(value: Record<string, unknown>): unknown {
  const key = KEYS.find((one) => Array.isArray(value[one]) || isObject(value[one]));
  return key === undefined ? value : value[key];
}

/** Names or ids in order, or objects with names and perhaps the indices that they stand at. */
function readList(list: readonly unknown[], filename: string): LabelClass[] {
  const labels = list.map((entry, i) => readEntry(entry, `entry ${i}`, filename));
  const indices = list.map((entry) => (isObject(entry) ? (entry.id ?? entry.index) : undefined));
  if (labels.length === 0 || !indices.every((index) => Number.isSafeInteger(index) && (index as number) >= 0))
    return labels;
  return placeByIndex(
    labels.map((label, i) => [indices[i] as number, label]),
    filename,
  );
}

/** A name, an id, `{ name, synset }` or, as Keras writes them, [id, name]. */
function readEntry(entry: unknown, where: string, filename: string): LabelClass {
  if (entry === null) return toLabel('');
  if (typeof entry === 'string') return readText(entry);
  if (Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && typeof entry[1] === 'string')
    if (WNID.test(entry[0])) return toLabel(entry[1], entry[0]);
  if (isObject(entry)) {
    const { synset } = entry;
    const name = entry.name ?? entry.label ?? entry.display_name;
    const idOk = synset === undefined || synset === null || (typeof synset === 'string' && WNID.test(synset));
    if (idOk && typeof name === 'string') return synset ? toLabel(name, synset as string) : readText(name);
    if (idOk && synset && name === undefined) return toLabel(synset as string, synset as string);
  }
  throw new FormatError(
    `${filename}: ${where} is ${shown(entry)}; a name, an id or { "name", "synset" } was expected.`,
  );
}
