import { checkLimit } from '../../base/bytes/read-range.ts';
import { LimitError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import {
  isRecord,
  type NumpyArray,
  type PickleDict,
  type PickleObject,
  type PickleValue,
  type TensorRecord,
} from './pickle-values.ts';
import { soleWeightContainer } from './weight-container.ts';

/** Bounds for following a checkpoint's values: lists that share lists make trees that no file size bounds. */
const FLATTEN_LIMITS = {
  depth: 100,
  steps: 2_000_000,
  /** Plain values listed; what is beyond is counted, not listed. */
  metadata: 10_000,
  /** Characters of all tensors' names together. */
  nameCharacters: 50_000_000,
} as const;

/** Where torch.nn.Module keeps what its state dict lists, itself and in its children. */
const MODULE_TENSORS: ReadonlySet<PickleValue> = new Set(['_parameters', '_buffers', '_modules']);

/** Items of a list that are written out in the metadata. */
const SHORT_LIST = 16;
const MAX_TEXT = 1_024;
const MAX_METADATA_NAME = 256;

export type Scalar = string | number | boolean | null;

/** A checkpoint without its nesting. */
export interface FlatCheckpoint {
  readonly tensors: ReadonlyMap<string, TensorRecord | NumpyArray>;
  readonly metadata: Readonly<Record<string, Scalar>>;
}

/**
 * Names every tensor of a checkpoint by the keys that lead to it, joined by dots. The keys of the sole dict of weights
 * are left out (see `soleWeightContainer`); all others stay, `module.` included. Numbers, texts and short lists of them
 * (epoch, best_prec1, args.lr) become metadata.
 * @throws LimitError past FLATTEN_LIMITS.
 */
export function flattenCheckpoint(file: string, root: PickleValue): FlatCheckpoint {
  const tensors = new Map<string, TensorRecord | NumpyArray>();
  const metadata = new Map<string, Scalar>();
  const numberedTensors = numbering();
  const numberedMetadata = numbering();
  const seen = new Set<PickleObject>();
  let steps = 0;
  let characters = 0;
  let unlisted = 0;

  const step = (count: number): void => {
    steps += count;
    if (steps > FLATTEN_LIMITS.steps)
      throw new LimitError(`${file}: following the checkpoint's values takes more than ${FLATTEN_LIMITS.steps} steps.`);
  };

  const note = (name: string, value: Scalar): void => {
    if (metadata.size >= FLATTEN_LIMITS.metadata) unlisted++;
    else
      metadata.set(
        numberedMetadata(shorten(name, MAX_METADATA_NAME)),
        typeof value === 'string' ? shorten(value) : value,
      );
  };
  const walk = (value: PickleValue, name: string, depth: number, dropped: readonly PickleValue[]): void => {
    step(Array.isArray(value) ? 1 + value.length : 1);
    if (depth > FLATTEN_LIMITS.depth)
      throw new LimitError(`${file}: the checkpoint's values are nested more than ${FLATTEN_LIMITS.depth} deep.`);
    if (value instanceof Map) {
      for (const [key, child] of value)
        if (dropped.length > 0 && key === dropped[0]) walk(child, name, depth + 1, dropped.slice(1));
        else walk(child, join(name, keyText(key)), depth + 1, []);
    } else if (Array.isArray(value)) {
      if (!value.every(isPlain)) {
        value.forEach((child, i) => {
          walk(child, join(name, String(i)), depth + 1, []);
        });
      } else if (name !== '') note(name, listText(value));
    } else if (isRecord(value)) {
      if (value.kind === 'tensor' || value.kind === 'numpy array') {
        checkLimit(file, "the length of a tensor's name", name.length, LIMITS.nameLength);
        checkLimit(file, 'the number of tensors', tensors.size + 1, LIMITS.tensors);
        characters += name.length;
        checkLimit(file, "the length of all tensors' names together", characters, FLATTEN_LIMITS.nameCharacters);
        tensors.set(numberedTensors(name || 'tensor'), value);
      } else if (value.kind === 'object') walkObject(value, name, depth);
    } else if (name !== '' && isPlain(value)) note(name, scalar(value));
  };
  /** Objects refer to one another in circles, as a scheduler and its optimizer do: each is looked at where it is first met. */
  const walkObject = (object: PickleObject, name: string, depth: number): void => {
    if (seen.has(object)) return;
    seen.add(object);
    if (object.type.startsWith('__torch__')) walkModule(object.state, name, depth);
    else if (isModule(object.state)) walkParameters(object.state, name, depth);
    else walk(object.state, name, depth + 1, []);
    if (object.items) walk(object.items, name, depth + 1, []);
  };
  /** A module that was saved whole: named as its state dict would name it. */
  const walkParameters = (state: PickleDict, name: string, depth: number): void => {
    for (const [key, child] of state)
      if (MODULE_TENSORS.has(key)) walk(child, name, depth + 1, []);
      else if (isRecord(child) || child instanceof Map) walk(child, join(name, keyText(key)), depth + 1, []);
  };
  /** TorchScript modules carry a handful of flags and lists each, which say nothing about the model. */
  const walkModule = (state: PickleValue, name: string, depth: number): void => {
    if (!(state instanceof Map)) return;
    for (const [key, child] of state)
      if (isRecord(child) || child instanceof Map) walk(child, join(name, keyText(key)), depth + 1, []);
  };

  walk(root, '', 0, soleWeightContainer(root, step));
  if (unlisted > 0) metadata.set('…', `${unlisted} more values`);
  return { tensors, metadata: Object.fromEntries(metadata) };
}

/** The attributes of a torch.nn.Module. */
function isModule(state: PickleValue): state is PickleDict {
  return state instanceof Map && state.get('_parameters') instanceof Map && state.get('_modules') instanceof Map;
}

type Plain = null | boolean | number | bigint | string;

function isPlain(value: PickleValue): value is Plain {
  return value === null || typeof value !== 'object';
}

function scalar(value: Plain): Scalar {
  return typeof value === 'bigint' ? String(value) : value;
}

function listText(list: readonly Plain[]): string {
  return list.length > SHORT_LIST
    ? `[${list.length} values]`
    : `[${list.map((item) => (typeof item === 'string' ? shorten(item) : String(item))).join(', ')}]`;
}

/** Keys are texts or numbers in practice; of others only the kind is told. */
function keyText(key: PickleValue): string {
  if (isPlain(key)) return String(key);
  return isRecord(key) ? key.kind : 'key';
}

/** A name that is already too long for a tensor grows no further: copying it for each value would take hours. */
function join(prefix: string, key: string): string {
  if (prefix.length > LIMITS.nameLength) return prefix;
  const part = shorten(key, LIMITS.nameLength);
  return prefix === '' ? part : `${prefix}.${part}`;
}

function shorten(text: string, length = MAX_TEXT): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Different paths may give one name ("a.b" and "a" then "b"); the later ones are numbered, so that none is lost. */
function numbering(): (name: string) => string {
  const seen = new Map<string, number>();
  return (name) => {
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    if (n === 1) return name;
    const numbered = `${name} (${n})`;
    seen.set(numbered, (seen.get(numbered) ?? 0) + 1);
    return numbered;
  };
}
