import { describe, expect, it } from 'vitest';
import { type ByteSource, memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, LimitError } from '#src/base/errors.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { corpus, cutCases } from '../support/corpus.ts';
import { dict } from '../support/pickle-writer.ts';
import { floats, tensor, zipCheckpoint } from '../support/torch-writer.ts';

const file = 'pytorch_model.bin.index.json';

/** A checkpoint of vectors of the given lengths. */
function shard(lengths: Readonly<Record<string, number>>): Uint8Array {
  const entries = Object.entries(lengths);
  const storages = entries.map(([, length], i) => floats(String(i), length));
  const tensors = entries.map(
    ([name, length], i) => [name, tensor({ storage: storages[i]!, shape: [length] })] as const,
  );
  return zipCheckpoint(dict(Object.fromEntries(tensors)), storages);
}

function safetensors(name: string, values: readonly number[]): Uint8Array {
  const data = Buffer.from(Float32Array.from(values).buffer);
  const header = Buffer.from(
    JSON.stringify({ [name]: { dtype: 'F32', shape: [values.length], data_offsets: [0, data.length] } }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([length, header, data]));
}

function index(weightMap: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify({ metadata: { total_size: 20 }, weight_map: weightMap })));
}

const weightMap = { 'fc.weight': 'a.bin', 'fc.bias': 'b.bin' };
const shards = { 'a.bin': shard({ 'fc.weight': 4 }), 'b.bin': shard({ 'fc.bias': 2 }) };
const good = index(weightMap);

corpus(
  'shard indices',
  [
    {
      name: 'PyTorch shards',
      bytes: good,
      siblings: shards,
      check: async (model) => {
        expect([model.format, model.name]).toEqual(['pytorch', file]);
        expect([...model.tensors.keys()].sort()).toEqual(['fc.bias', 'fc.weight']);
        expect(model.metadata).toEqual({ shards: 2 });
        expect(Array.from((await model.tensors.get('fc.weight')!.read()).data)).toEqual([0, 1, 2, 3]);
      },
    },
    {
      name: 'safetensors shards',
      bytes: index({ x: '1.safetensors', y: '2.safetensors' }),
      siblings: { '1.safetensors': safetensors('x', [1, 2]), '2.safetensors': safetensors('y', [3]) },
      check: async (model) => {
        expect(model.format).toBe('safetensors');
        expect(Array.from((await model.tensors.get('x')!.read()).data)).toEqual([1, 2]);
        expect(Array.from((await model.tensors.get('y')!.read()).data)).toEqual([3]);
      },
    },
    {
      name: 'a tensor in two shards comes from the one that the index names',
      bytes: index({ x: 'a.bin', y: 'b.bin' }),
      siblings: {
        'a.bin': shard({ x: 4 }),
        'b.bin': shard({ x: 2, y: 3 }),
      },
      check: (model) =>
        expect([...model.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
          ['x', [4]],
          ['y', [3]],
        ]),
    },
    {
      name: 'a shard that is missing',
      bytes: good,
      siblings: { 'a.bin': shards['a.bin'] },
      error: FormatError,
      message: `${file}: shard b.bin is not beside the index.`,
      hint: 'Put all shards in the folder of the index.',
    },
    {
      name: 'a tensor that is not in its shard',
      bytes: index({ ...weightMap, 'fc.scale': 'a.bin' }),
      siblings: shards,
      error: FormatError,
      message: `${file}: the index places fc.scale in a.bin, but it is not there.`,
    },
    {
      name: 'a tensor placed in another shard than its own',
      bytes: index({ 'fc.weight': 'b.bin', 'fc.bias': 'b.bin' }),
      siblings: shards,
      error: FormatError,
      message: `${file}: the index places fc.weight in b.bin, but it is not there.`,
    },
    {
      name: 'shards of two formats',
      bytes: index({ 'fc.weight': 'a.bin', x: 'b.safetensors' }),
      siblings: { 'a.bin': shards['a.bin'], 'b.safetensors': safetensors('x', [1]) },
      error: FormatError,
      message: `${file}: shard b.safetensors is safetensors, but a.bin is pytorch.`,
    },
    {
      name: 'a shard that is no model',
      bytes: index({ x: 'a.bin' }),
      siblings: { 'a.bin': new Uint8Array(Buffer.from('Dear reader')) },
      error: FormatError,
      message: `${file}: shard a.bin is none of the formats that are sharded: safetensors, pytorch, flax.`,
    },
    {
      name: 'an index that names itself',
      bytes: index({ x: file }),
      siblings: { [file]: index({ x: file }) },
      error: FormatError,
      message: `${file}: shard ${file} is none of the formats that are sharded: safetensors, pytorch, flax.`,
    },
    {
      name: 'a weight_map that is a list',
      bytes: index(['a.bin']),
      error: FormatError,
      message: `${file}: weight_map must map tensor names to shard files.`,
    },
    {
      name: 'an empty weight_map',
      bytes: index({}),
      error: FormatError,
      message: `${file}: weight_map names no tensor.`,
    },
    {
      name: 'more shards than any model has',
      bytes: index(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`w${i}`, `${i}.bin`]))),
      error: LimitError,
      message: `${file}: the number of shards is 5000; at most 4096 are read.`,
    },
    ...cutCases(good, 16, [
      { error: FormatError, message: `${file}: the file is empty.` },
      // Before the word weight_map nothing tells what this is.
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((sixteenths) => ({
        error: FormatError,
        message: `${file}: not a model file that Semblance knows (it begins with ${beginningOf(sixteenths)}).`,
      })),
      { error: FormatError, message: `${file}: the shard index is not valid JSON.` },
    ]),
  ],
  { file },
);

function beginningOf(sixteenths: number): string {
  const length = Math.floor((good.length * sixteenths) / 16);
  return JSON.stringify(new TextDecoder().decode(good.subarray(0, Math.min(16, length))));
}

describe('opening a shard index', () => {
  it('opens each shard once', async () => {
    const opened: string[] = [];
    const recording = (source: ByteSource): ByteSource => ({
      ...source,
      sibling: async (name) => {
        opened.push(name);
        return source.sibling(name);
      },
    });
    const many = index({ 'fc.weight': 'a.bin', 'fc.bias': 'b.bin' });
    const model = await openModel(recording(memorySource(file, many, new Map(Object.entries(shards)))));
    for (const tensor of model.tensors.values()) await tensor.read();
    expect(opened).toEqual(['a.bin', 'b.bin']);
  });
});
