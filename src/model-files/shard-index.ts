import type { ByteSource } from '../base/bytes/byte-source.ts';
import type { FileBudget } from '../base/bytes/file-budget.ts';
import { printable } from '../base/bytes/printable.ts';
import { checkLimit } from '../base/bytes/read-range.ts';
import { FormatError } from '../base/errors.ts';
import { isObject, parseJson, shown } from '../formats/json/parse-json.ts';
import { LIMITS } from '../formats/limits.ts';
import type { TensorEntry } from '../tensor/tensor-entry.ts';
import type { ModelFile, ModelFormat } from './model-file.ts';

const PEEK_BYTES = 4_096;

/** A shard index claims no format of its own: the opened model has that of its shards. */
export interface ShardIndexFormat extends Pick<ModelFormat, 'title' | 'extensions' | 'match' | 'open'> {
  readonly name: 'shard index';
}

/**
 * `model.safetensors.index.json`, `pytorch_model.bin.index.json`: a JSON object whose weight_map names the shard of each
 * tensor. Each shard is opened once, by the one of `formats` that knows its first bytes, and its header alone is read.
 */
export function shardIndexFormat(formats: readonly ModelFormat[]): ShardIndexFormat {
  return {
    name: 'shard index',
    title: 'index of shards',
    extensions: ['.index.json'],
    match(head) {
      const text = new TextDecoder().decode(head);
      return /^\s*\{/.test(text) && text.includes('"weight_map"');
    },
    open: (source, budget) => openIndex(source, formats, budget),
  };
}

async function openIndex(source: ByteSource, formats: readonly ModelFormat[], budget: FileBudget): Promise<ModelFile> {
  const { name: file } = source;
  const { places, shardNames, metadata } = await readIndex(source);
  const shards = new Map<string, ModelFile>();
  for (const name of shardNames) shards.set(name, await openShard(source, name, formats, budget));
  const [first, ...others] = [...shards.values()];
  for (const other of others)
    if (other.format !== first!.format)
      throw new FormatError(`${file}: shard ${other.name} is ${other.format}, but ${first!.name} is ${first!.format}.`);

  const tensors = new Map<string, TensorEntry>();
  for (const shard of shards.values()) for (const [name, tensor] of shard.tensors) tensors.set(name, tensor);
  for (const { name, shard } of places) {
    const tensor = shards.get(shard)!.tensors.get(name);
    if (!tensor)
      throw new FormatError(
        `${file}: the index places ${printable(name)} in ${printable(shard)}, but it is not there.`,
      );
    tensors.set(name, tensor);
  }
  checkLimit(file, 'the number of tensors', tensors.size, LIMITS.tensors);
  const told = joinMetadata([...shards.values()], metadata);
  return {
    format: first!.format,
    name: file,
    tensors,
    metadata: { ...told.metadata, shards: shards.size },
    ...(told.notes.length > 0 && { notes: told.notes }),
  };
}

/** The shards that an index names, for who needs their bytes rather than their tensors. */
export async function listShards(source: ByteSource): Promise<ByteSource[]> {
  const { shardNames } = await readIndex(source);
  return Promise.all(shardNames.map((name) => findShard(source, name)));
}

async function readIndex(source: ByteSource) {
  const { name: file } = source;
  checkLimit(file, 'the size of the shard index', source.byteLength, LIMITS.headerBytes);
  const index = parseJson(await source.read(0, source.byteLength), `${file}: the shard index`);
  const weightMap = index.weight_map;
  if (typeof weightMap !== 'object' || !weightMap || Array.isArray(weightMap))
    throw new FormatError(`${file}: weight_map must map tensor names to shard files.`);
  const places = Object.entries(weightMap).map(([name, shard]) => {
    if (typeof shard === 'string') return { name, shard };
    throw new FormatError(
      `${file}: weight_map has ${shown(shard)} for ${printable(name)}, where the name of a shard is expected.`,
    );
  });
  const shardNames = [...new Set(places.map(({ shard }) => shard))].sort();
  checkLimit(file, 'the number of shards', shardNames.length, LIMITS.shards);
  if (shardNames.length === 0) throw new FormatError(`${file}: weight_map names no tensor.`);
  return { places, shardNames, metadata: isObject(index.metadata) ? index.metadata : {} };
}

/** What the shards say of themselves in texts, where they agree, and what the index says; the index has the last word. */
function joinMetadata(
  shards: readonly ModelFile[],
  ofIndex: Readonly<Record<string, unknown>>,
): { metadata: Record<string, string>; notes: string[] } {
  const values = new Map<string, Set<string>>();
  for (const { metadata } of shards)
    for (const [key, value] of Object.entries(metadata))
      if (typeof value === 'string') values.set(key, (values.get(key) ?? new Set()).add(value));
  for (const [key, value] of Object.entries(ofIndex)) if (typeof value === 'string') values.set(key, new Set([value]));
  const metadata: Record<string, string> = {};
  const notes: string[] = [];
  for (const [key, [first, ...others]] of values)
    if (others.length === 0) metadata[key] = first!;
    else notes.push(`The shards contradict each other in "${printable(key)}" of their metadata, which is left out.`);
  return { metadata, notes };
}

async function openShard(
  index: ByteSource,
  name: string,
  formats: readonly ModelFormat[],
  budget: FileBudget,
): Promise<ModelFile> {
  const shard = await findShard(index, name);
  const head = await shard.read(0, Math.min(PEEK_BYTES, shard.byteLength));
  for (const format of formats) if (await format.match(head, shard)) return format.open(shard, budget);
  throw new FormatError(
    `${index.name}: shard ${printable(name)} is none of the formats that are sharded: ${formats.map((f) => f.name).join(', ')}.`,
  );
}

async function findShard(index: ByteSource, name: string): Promise<ByteSource> {
  const shard = await index.sibling(name);
  if (shard) return shard;
  throw new FormatError(`${index.name}: shard ${printable(name)} is not beside the index.`, {
    hint: 'Put all shards in the folder of the index.',
  });
}
