import { isRecord, type PickleValue } from './pickle-values.ts';

/** Keys of lists of names, row by row: of training scripts, Ultralytics ("names"), OpenMMLab ("CLASSES") and the like. */
const LISTS = /^(?:classes|class_?names|label_?names|labels|names|categories)$/i;
/** Keys of dicts from a name to its row: torchvision's ImageFolder, Hugging Face, the vocabulary of fastai. */
const TO_ROW = /^(?:(?:class|label|cls|category|cat)(?:_to_|2)(?:idx|index|id)|o2i)$/i;
/** Keys of dicts from a row to its name. */
const TO_NAME = /^(?:(?:idx|index|id)(?:_to_|2)(?:class|label|name|cls|category)(?:es|s)?|names|classes)$/i;

/** Values looked at; class names lie beside the weights, or a few objects deep. */
const MAX_STEPS = 200_000;
const MAX_NAMES = 100_000;

/** The names of the classes in a checkpoint, and the key that holds them. */
export interface NamesInside {
  readonly names: readonly string[];
  readonly key: string;
}

/**
 * The class names that a checkpoint keeps beside its weights (`class_to_idx`, `classes`, `names` …): those nearest to the
 * top of it of which there are as many as `isRowCount` accepts. Undefined where there are none, or where two that are
 * equally near differ.
 */
export function namesInside(root: PickleValue, isRowCount: (count: number) => boolean): NamesInside | undefined {
  const seen = new Set<PickleValue>();
  let steps = 0;
  for (let level: PickleValue[] = [root]; level.length > 0; ) {
    const next: PickleValue[] = [];
    const found: NamesInside[] = [];
    for (const value of level) {
      if (seen.has(value)) continue;
      seen.add(value);
      for (const [key, child] of entriesOf(value)) {
        if (++steps > MAX_STEPS) return undefined;
        const names = typeof key === 'string' ? namesAt(key, child) : undefined;
        if (names && isRowCount(names.length)) found.push({ names, key: key as string });
        if (typeof child === 'object' && child !== null && !(child instanceof Uint8Array)) next.push(child);
      }
    }
    const [first, ...others] = found;
    if (first) return others.every(({ names }) => areEqual(names, first.names)) ? first : undefined;
    level = next;
  }
  return undefined;
}

function* entriesOf(value: PickleValue): Iterable<readonly [PickleValue, PickleValue]> {
  if (value instanceof Map) yield* value;
  else if (Array.isArray(value)) for (const child of value) yield [null, child];
  else if (isRecord(value) && value.kind === 'object') {
    yield* entriesOf(value.state);
    if (value.items) yield* value.items;
  }
}

function namesAt(key: string, value: PickleValue): readonly string[] | undefined {
  if (value instanceof Map) {
    if (value.size > MAX_NAMES) return undefined;
    if (TO_ROW.test(key)) return byRow([...value]);
    if (TO_NAME.test(key)) return byRow([...value].map(([row, name]) => [name, row]));
    return undefined;
  }
  if (!LISTS.test(key) || !Array.isArray(value) || value.length > MAX_NAMES) return undefined;
  return value.every((name) => typeof name === 'string') ? value : undefined;
}

/** The names in the order of their rows, where these are 0, 1, 2 … with one name each. */
function byRow(entries: readonly (readonly [PickleValue, PickleValue])[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const [name, given] of entries) {
    const row = typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given;
    if (typeof name !== 'string' || typeof row !== 'number' || !(row in entries) || row in names) return undefined;
    names[row] = name;
  }
  return names;
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
