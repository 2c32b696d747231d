import type { ByteSource } from '../../base/bytes/byte-source.ts';
import type { FileBudget } from '../../base/bytes/file-budget.ts';
import { printable } from '../../base/bytes/printable.ts';
import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { LIMITS } from '../../formats/limits.ts';
import {
  decodeMsgpack,
  type MsgpackReader,
  type MsgpackToken,
  msgpackReader,
} from '../../formats/msgpack/read-msgpack.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { ModelFile, ModelFormat } from '../model-file.ts';
import { joinedArray, readFlaxArray } from './flax-array.ts';

/**
 * Flax's msgpack (`flax_model.msgpack`, checkpoints of `flax.serialization.to_bytes`): maps within maps, whose arrays are
 * extensions. The keys on the way, joined by "/", are the names of the tensors, as in JAX's `.npz`.
 */
export const flaxFormat: ModelFormat = {
  name: 'flax',
  title: 'Flax',
  extensions: ['.msgpack'],
  hub: { rank: 6, names: [/^flax_model\.msgpack$/, /^flax_model\.msgpack\.index\.json$/] },
  head: { classAxis: 'last' },
  match: looksLikeFlax,
  open: openFlax,
};

/** Extensions of Flax: an array, a complex number, an array without axes. */
const ARRAYS: ReadonlySet<number> = new Set([1, 3]);

/** The key that marks an array of more than 2³⁰ bytes, which is kept in pieces. */
const CHUNKED = '__msgpack_chunked_array__';

/** Maps within one another; real models have some ten. */
const MAX_DEPTH = 64;

/** A map whose first key is a text, in whose first bytes an array of Flax begins: other msgpack has no such extension. */
function looksLikeFlax(head: Uint8Array): boolean {
  const first = decodeMsgpack(head, 0);
  if (first?.kind !== 'map' || first.value === 0 || decodeMsgpack(head, first.end)?.kind !== 'text') return false;
  for (let at = 0; at < head.length; ) {
    const token = decodeMsgpack(head, at);
    if (!token) return false;
    if (token.kind === 'extension') return ARRAYS.has(token.value);
    if (token.kind === 'text' && new TextDecoder('latin1').decode(head.subarray(token.start, token.end)) === CHUNKED)
      return true;
    at = token.end;
  }
  return false;
}

/** The walk through one file. */
interface Walk {
  readonly source: ByteSource;
  readonly reader: MsgpackReader;
  readonly budget: FileBudget;
  readonly tensors: Map<string, TensorEntry>;
  readonly metadata: Record<string, string | number | boolean | null>;
  /** Names of what is no array of numbers. */
  readonly left: string[];
}

async function openFlax(source: ByteSource, budget: FileBudget): Promise<ModelFile> {
  const walk: Walk = {
    source,
    reader: msgpackReader(source),
    budget,
    tensors: new Map(),
    metadata: {},
    left: [],
  };
  const end = await readValue(walk, '', 0, 0);
  if (end !== source.byteLength)
    throw new FormatError(
      `${source.name}: the msgpack ends at byte ${end}, but the file has ${source.byteLength} bytes.`,
    );
  const { tensors, metadata, left } = walk;
  const shown = left.slice(0, 5).map(printable).join(', ');
  const notes = [
    `What holds no real numbers is left out: ${shown}${left.length > 5 ? ` and ${left.length - 5} more` : ''}.`,
  ];
  return { format: 'flax', name: source.name, tensors, metadata, ...(left.length > 0 && { notes }) };
}

/** Reads the value at `at` and gives the byte behind it. */
async function readValue(walk: Walk, path: string, at: number, depth: number): Promise<number> {
  const { source, budget } = walk;
  const what = path === '' ? 'the msgpack' : printable(path);
  budget.charge('steps', 1, 'the msgpack');
  checkLimit(source.name, 'the depth of maps within maps', depth, MAX_DEPTH);
  const token = await walk.reader.token(what, at, source.byteLength);
  switch (token.kind) {
    case 'map':
      return readMap(walk, path, token, depth);
    case 'list': {
      let next = token.end;
      for (let i = 0; i < token.value; i++)
        next = await readValue(walk, nameIn(walk, path, String(i)), next, depth + 1);
      return next;
    }
    case 'extension':
      await addArray(walk, path, token);
      return token.end;
    case 'number':
    case 'boolean':
    case 'null':
      // What a training loop writes beside the parameters: step, epoch.
      if (depth === 1) walk.metadata[path] = plainValue(token);
      return token.end;
    default:
      return token.end;
  }
}

function plainValue({ kind, value }: MsgpackToken): number | boolean | null {
  if (kind === 'null') return null;
  return kind === 'boolean' ? value === 1 : value;
}

async function readMap(walk: Walk, path: string, map: MsgpackToken, depth: number): Promise<number> {
  let at = map.end;
  for (let i = 0; i < map.value; i++) {
    const key = await readKey(walk, path, at);
    if (i === 0 && key.text === CHUNKED) return readChunked(walk, path, map, key.end);
    at = await readValue(walk, nameIn(walk, path, key.text), key.end, depth + 1);
  }
  return at;
}

async function readKey({ source, reader }: Walk, path: string, at: number): Promise<{ text: string; end: number }> {
  const what = path === '' ? 'a key' : `a key of ${printable(path)}`;
  const token = await reader.token(what, at, source.byteLength);
  if (token.kind === 'number') return { text: String(token.value), end: token.end };
  if (token.kind !== 'text') throw new FormatError(`${source.name}: ${what} at byte ${at} is no text.`);
  checkLimit(source.name, `the length of ${what}`, token.end - token.start, LIMITS.nameLength);
  const bytes = await reader.bytes(what, token.start, token.end);
  return { text: new TextDecoder().decode(bytes), end: token.end };
}

function nameIn({ source, budget }: Walk, path: string, key: string): string {
  const name = path === '' ? key : `${path}/${key}`;
  checkLimit(source.name, "the length of a tensor's name", name.length, LIMITS.nameLength);
  budget.charge('characters', name.length, "the names of the file's values");
  return name;
}

async function addArray(walk: Walk, name: string, token: MsgpackToken): Promise<void> {
  const array = ARRAYS.has(token.value) ? await readFlaxArray(walk.source, walk.reader, name, token) : undefined;
  if (array) addTensor(walk, array);
  else walk.left.push(name);
}

function addTensor({ source, tensors }: Walk, entry: TensorEntry): void {
  if (tensors.has(entry.name))
    throw new FormatError(`${source.name}: two arrays have the name ${printable(entry.name)}.`);
  tensors.set(entry.name, entry);
  checkLimit(source.name, 'the number of tensors', tensors.size, LIMITS.tensors);
}

/** An array in pieces: { __msgpack_chunked_array__: true, shape, chunks }, the latter two as lists or as maps "0", "1" … */
async function readChunked(walk: Walk, name: string, map: MsgpackToken, from: number): Promise<number> {
  const { source, reader, budget } = walk;
  const label = `the array ${printable(name)} in chunks`;
  let at = (await reader.token(label, from, source.byteLength)).end;
  let shape: number[] | undefined;
  let chunks: TensorEntry[] | undefined;
  for (let i = 1; i < map.value; i++) {
    const key = await readKey(walk, name, at);
    const list = await reader.token(label, key.end, source.byteLength);
    if ((key.text !== 'shape' && key.text !== 'chunks') || (list.kind !== 'map' && list.kind !== 'list'))
      throw new FormatError(
        `${source.name}: ${label} has ${printable(key.text)}, where its shape and chunks are expected.`,
      );
    at = list.end;
    const sides: number[] = [];
    const parts: TensorEntry[] = [];
    for (let k = 0; k < list.value; k++) {
      budget.charge('steps', 1, 'the msgpack');
      if (list.kind === 'map') {
        const index = await readKey(walk, name, at);
        if (index.text !== String(k))
          throw new FormatError(
            `${source.name}: ${label} has the part ${printable(index.text)}, where ${k} is expected.`,
          );
        at = index.end;
      }
      const token = await reader.token(label, at, source.byteLength);
      const part =
        token.kind === 'extension' && ARRAYS.has(token.value)
          ? await readFlaxArray(source, reader, `${name} (chunk ${k})`, token)
          : undefined;
      if (key.text === 'shape' ? token.kind !== 'number' : !part)
        throw new FormatError(`${source.name}: ${label} has something else than numbers in its ${key.text}.`);
      if (part) parts.push(part);
      else sides.push(token.value);
      at = token.end;
    }
    if (key.text === 'shape') shape = sides;
    else chunks = parts;
  }
  if (!shape || !chunks) throw new FormatError(`${source.name}: ${label} has no ${shape ? 'chunks' : 'shape'}.`);
  addTensor(walk, joinedArray(source.name, name, shape, chunks));
  return at;
}
