import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { decompressSnappy } from '#src/formats/snappy/decompress.ts';
import { crc32c } from '#src/formats/sstable/crc32c.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { message } from '../support/onnx-writer.ts';
import {
  bundleEntry,
  checkpoint,
  constant,
  type FunctionSpec,
  graphDef,
  HEADER,
  type NodeSpec,
  objectGraph,
  savedModel,
  snappyLiterals,
  tableBlock,
  type VariableSpec,
  writeTable,
} from '../support/tensorflow-writer.ts';

const weights = Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i)));
const key = (way: string): string => `${way}/.ATTRIBUTES/VARIABLE_VALUE`;
const KERNEL = key('layer_with_weights-1/kernel');
const variables: Record<string, VariableSpec> = {
  _CHECKPOINTABLE_OBJECT_GRAPH: objectGraph({
    [key('layer_with_weights-0/kernel')]: 'hidden/kernel',
    [key('layer_with_weights-0/bias')]: 'hidden/bias',
    [KERNEL]: 'out/kernel',
    [key('layer_with_weights-1/bias')]: 'out/bias',
    [key('layer_with_weights-1/kernel/.OPTIMIZER_SLOT/optimizer/m')]: 'out/kernel/m',
  }),
  [key('layer_with_weights-0/kernel')]: { shape: [2, 3], values: [1, 2, 3, 4, 5, 6] },
  [key('layer_with_weights-0/bias')]: { shape: [3], values: [1, 2, 3] },
  [KERNEL]: { shape: [3, 4], values: weights },
  [key('layer_with_weights-1/bias')]: { shape: [4], values: [1, 2, 3, 4] },
  [key('layer_with_weights-1/kernel/.OPTIMIZER_SLOT/optimizer/m')]: { shape: [3, 4], values: weights },
};
type Entries = readonly (readonly [string, Uint8Array])[];

const besides = ({ data }: { data: Uint8Array }) => ({ 'model.data-00000-of-00001': data });
function open(spec: Record<string, VariableSpec>, write?: (entries: Entries) => Uint8Array) {
  const { index, data } = checkpoint(spec, write);
  return openModel(memorySource('model.index', index, new Map(Object.entries(besides({ data })))));
}

describe('checkpoints of TensorFlow', () => {
  it('name variables by the graph of objects, and tell slots of optimisers from them', async () => {
    const file = await open(variables);
    expect([...file.tensors.keys()].sort()).toEqual([
      'hidden/bias',
      'hidden/kernel',
      'layer_with_weights-1/kernel/optimizer_slot/optimizer/m',
      'out/bias',
      'out/kernel',
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'out/kernel', classAxis: 1, classes: 4, features: 3 });
    expect([...(await head.readTemplates()).data].slice(0, 3)).toEqual([weights[0], weights[4], weights[8]]);
  });

  it('name them by their way where there is no graph of objects, or two have one name', async () => {
    const { _CHECKPOINTABLE_OBJECT_GRAPH: _, ...plain } = variables;
    expect([...(await open(plain)).tensors.keys()]).toContain('layer_with_weights-1/kernel');
    const same = objectGraph({ [KERNEL]: 'kernel', [key('layer_with_weights-0/kernel')]: 'kernel' });
    const file = await open({ ...variables, _CHECKPOINTABLE_OBJECT_GRAPH: same });
    expect([...file.tensors.keys()]).toContain('layer_with_weights-1/kernel');
    expect([...file.tensors.keys()]).toContain('layer_with_weights-0/kernel');
  });

  it('read tables of several blocks, plain or compressed by Snappy', async () => {
    const write = (entries: Entries) =>
      writeTable([
        { bytes: snappyLiterals(tableBlock(entries.slice(0, 2))), compression: 1 },
        { bytes: tableBlock(entries.slice(2, 4)) },
        { bytes: snappyLiterals(tableBlock(entries.slice(4))), compression: 1 },
      ]);
    expect(detectHead(await open(variables, write)).tensor).toBe('out/kernel');
  });

  it('read no value on opening but the graph of objects', async () => {
    const { index, data } = checkpoint(variables);
    const reads: string[] = [];
    const shard = memorySource('model.data-00000-of-00001', data);
    const source = {
      ...memorySource('model.index', index),
      sibling: async () => ({
        ...shard,
        read: (start: number, end: number) => {
          reads.push(`${start}-${end}`);
          return shard.read(start, end);
        },
      }),
    };
    const file = await openModel(source);
    expect(reads).toHaveLength(1);
    await file.tensors.get('out/bias')!.read();
    expect(reads).toHaveLength(2);
  });
});

it('CRC-32C of "123456789" is 0xe3069283', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

describe('Snappy', () => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  it.each([
    ['a copy that reaches into itself', [9, 0x00, 0x61, (4 << 2) | 1, 1], 'aaaaaaaaa'.slice(0, 9)],
    [
      'copies with offsets of two and four bytes',
      [9, 0x08, 0x61, 0x62, 0x63, (2 << 2) | 2, 3, 0, (2 << 2) | 3, 6, 0, 0, 0],
      'abcabcabc',
    ],
    ['a literal whose length has a byte of its own', [3, 60 << 2, 2, 0x78, 0x79, 0x7a], 'xyz'],
  ])('%s', (_, bytes, expected) => {
    expect(text(decompressSnappy(Uint8Array.from(bytes), 'x', 100))).toBe(expected);
  });

  it.each([
    ['a copy from before the beginning', [4, 0x00, 0x61, (2 << 2) | 2, 9, 0]],
    ['a literal past the end', [4, 0x0c, 0x61]],
    ['fewer bytes than it claims', [9, 0x00, 0x61]],
    ['a copy of nothing', [4, 0x00, 0x61, (2 << 2) | 2, 0, 0]],
    ['no length', [255, 255, 255, 255, 255, 255]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decompressSnappy(Uint8Array.from(bytes), 'f.index: b', 100)).toThrow(
      'f.index: b is compressed by Snappy and broken.',
    );
  });

  it('refuses to make more than it may', () => {
    expect(() => decompressSnappy(Uint8Array.of(0xff, 0x7f, 0), 'b', 100)).toThrow(LimitError);
  });
});

const call = (name: string, f: string, inputs: string[]): NodeSpec => ({
  name,
  op: 'StatefulPartitionedCall',
  inputs,
  attributes: { f: { f } },
});
const variable = (name: string): NodeSpec => ({ name, op: 'VarHandleOp', attributes: { shared_name: name } });
const strings = (name: string, values: readonly string[]): NodeSpec =>
  constant(name, { type: 'string', shape: [values.length], fields: values.map((value) => [8, value] as const) });

/** As TensorFlow 2 writes it: the network in a function of variables, and another that restores these. */
const NETWORK: FunctionSpec[] = [
  {
    name: 'network',
    inputs: ['images', 'kernel', 'bias'],
    results: { y: 'Identity:output:0' },
    nodes: [
      { name: 'MatMul/ReadVariableOp', op: 'ReadVariableOp', inputs: ['kernel'] },
      { name: 'MatMul', op: 'MatMul', inputs: ['images', 'MatMul/ReadVariableOp:value:0'] },
      { name: 'BiasAdd/ReadVariableOp', op: 'ReadVariableOp', inputs: ['bias'] },
      { name: 'BiasAdd', op: 'BiasAdd', inputs: ['MatMul:product:0', 'BiasAdd/ReadVariableOp:value:0'] },
      { name: 'Softmax', op: 'Softmax', inputs: ['BiasAdd:output:0'] },
      { name: 'Identity', op: 'Identity', inputs: ['Softmax:softmax:0', '^BiasAdd/ReadVariableOp'] },
    ],
  },
  {
    name: 'restore',
    inputs: ['prefix', 'one', 'two'],
    results: { done: 'prefix' },
    nodes: [
      strings('names', [key('w/0'), key('w/1')]),
      strings('slices', ['', '']),
      { name: 'RestoreV2', op: 'RestoreV2', inputs: ['prefix', 'names:output:0', 'slices:output:0'] },
      { name: 'first', op: 'Identity', inputs: ['RestoreV2:tensors:0'] },
      { name: 'second', op: 'Identity', inputs: ['RestoreV2:tensors:1'] },
      { name: 'assign', op: 'AssignVariableOp', inputs: ['one', 'first:output:0'] },
      { name: 'assign_1', op: 'AssignVariableOp', inputs: ['two', 'second:output:0'] },
    ],
  },
];
const nodes: NodeSpec[] = [
  variable('Variable'),
  variable('Variable_1'),
  { name: 'serve_x', op: 'Placeholder' },
  strings('saver_filename', ['']),
  call('StatefulPartitionedCall', 'network', ['serve_x', 'Variable', 'Variable_1']),
  call('StatefulPartitionedCall_1', 'restore', ['saver_filename', 'Variable', 'Variable_1']),
];
const saved = savedModel({
  graph: graphDef(nodes, NETWORK),
  signatures: { __saved_model_init_op: ['NoOp'], serving_default: ['StatefulPartitionedCall:0'] },
});
const values = checkpoint({
  [key('w/0')]: { shape: [3, 4], values: weights },
  [key('w/1')]: { shape: [4], values: [1, 2, 3, 4] },
});
const folder = { 'variables/variables.index': values.index, 'variables/variables.data-00000-of-00001': values.data };
const openSaved = (bytes: Uint8Array, beside: Record<string, Uint8Array> = folder) =>
  openModel(memorySource('saved_model.pb', bytes, new Map(Object.entries(beside))));

describe('SavedModels', () => {
  it('find the head in a function, and its values by what the graph restores', async () => {
    const file = await openSaved(saved);
    expect(file).toMatchObject({ format: 'saved-model', metadata: { tags: 'serve', variables: 2 } });
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'w/0', classAxis: 1, classes: 4, features: 3 });
    expect(head.reason).toContain('(Identity ← Softmax ← BiasAdd ← MatMul)');
    expect([...(await head.readTemplates()).data].slice(0, 3)).toEqual([weights[0], weights[4], weights[8]]);
  });

  it('go by names of variables where nothing restores them', async () => {
    const named = [variable('out/kernel'), variable('out/bias'), ...nodes.slice(2, 4)];
    const graph = graphDef([...named, call('net', 'network', ['serve_x', 'out/kernel', 'out/bias'])], NETWORK);
    const { index, data } = checkpoint({
      _CHECKPOINTABLE_OBJECT_GRAPH: objectGraph({ [key('a')]: 'out/kernel', [key('b')]: 'out/bias' }),
      [key('a')]: { shape: [3, 4], values: weights },
      [key('b')]: { shape: [4], values: [1, 2, 3, 4] },
    });
    const file = await openSaved(savedModel({ graph, signatures: { serving_default: ['net:0'] } }), {
      'variables/variables.index': index,
      'variables/variables.data-00000-of-00001': data,
    });
    expect(file.graphHeads).toMatchObject([{ tensor: 'out/kernel', classAxis: 1 }]);
  });

  it('go by names and widths where no node calls the network', async () => {
    const graph = graphDef(nodes.slice(0, 3), NETWORK);
    const { index, data } = checkpoint(variables);
    const file = await openSaved(savedModel({ graph }), {
      'variables/variables.index': index,
      'variables/variables.data-00000-of-00001': data,
    });
    expect(detectHead(file)).toMatchObject({ tensor: 'out/kernel', classes: 4 });
  });

  it('take the graph for serving, and need no variables where it has none', async () => {
    const frozen = graphDef([
      { name: 'x', op: 'Placeholder' },
      constant('W', { shape: [3, 4], values: weights }),
      { name: 'fc', op: 'MatMul', inputs: ['x', 'W'] },
    ]);
    const train = savedModel({ graph: graphDef([{ name: 'x', op: 'Placeholder' }]), tags: ['train'] });
    const bytes = Uint8Array.from([...train, ...savedModel({ graph: frozen, signatures: { s: ['fc:0'] } }).slice(2)]);
    expect(detectHead(await openSaved(bytes, {}))).toMatchObject({ tensor: 'W', classes: 4 });
  });
});

const good = checkpoint(variables);
const withEntry = (entry: Uint8Array, header = HEADER) =>
  writeTable([
    {
      bytes: tableBlock([
        ['', header],
        ['w', entry],
      ]),
    },
  ]);
const entryOf = (spec: VariableSpec) => withEntry(bundleEntry(spec, new Uint8Array(48), 0));

corpus(
  'hostile checkpoints of TensorFlow',
  [
    { name: 'good', bytes: good.index, siblings: besides(good), check: (model) => expect(model.tensors.size).toBe(5) },
    {
      name: 'without its values',
      bytes: good.index,
      error: FormatError,
      message: 'model.index: its values, the file model.data-00000-of-00001, are not beside it.',
    },
    {
      name: 'values cut short',
      bytes: good.index,
      siblings: { 'model.data-00000-of-00001': good.data.subarray(0, good.data.length - 4) },
      error: FormatError,
      message:
        /^model\.data-00000-of-00001: tensor layer_with_weights-1\/kernel\S+ of model\.index lies at bytes \d+ to \d+, but the file has \d+ bytes\.$/,
    },
    {
      name: 'values of another checkpoint',
      bytes: good.index,
      siblings: {
        'model.data-00000-of-00001': good.data.map((byte, i) => (i < good.data.length - 60 ? byte : byte ^ 1)),
      },
      error: FormatError,
      message: /^model\.data-00000-of-00001: tensor \S+ does not have the checksum that model\.index has for it\.$/,
    },
    {
      name: 'a size that is not that of the shape',
      bytes: entryOf({ shape: [3, 4], size: 40 }),
      error: FormatError,
      message: 'model.index: tensor w (f32 3×4) needs 48 bytes, but the file gives it 40.',
    },
    {
      name: 'a shape beyond all memory',
      bytes: entryOf({ shape: [2 ** 20, 2 ** 20] }),
      error: LimitError,
      message: 'model.index: tensor w claims 1048576×1048576 elements; at most 2147483648 are read.',
    },
    {
      name: 'a shard beyond those there are',
      bytes: entryOf({ shape: [3, 4], shard: 7 }),
      error: FormatError,
      message: 'model.index: w lies in the shard 7 of 1.',
    },
    {
      name: 'a negative offset',
      bytes: entryOf({ shape: [3, 4], start: -4 }),
      siblings: { 'model.data-00000-of-00001': new Uint8Array(48) },
      error: FormatError,
      message: 'model.data-00000-of-00001: tensor w of model.index lies at bytes -4 to 44, but the file has 48 bytes.',
    },
    {
      name: 'shards without number',
      bytes: withEntry(bundleEntry({ shape: [1] }, new Uint8Array(4), 0), message([1, 2 ** 40])),
      error: LimitError,
      message: 'model.index: the number of shards is 1099511627776; at most 4096 are read.',
    },
    {
      name: 'big-endian values',
      bytes: withEntry(bundleEntry({ shape: [1] }, new Uint8Array(4), 0), message([1, 1], [2, 1])),
      error: UnsupportedError,
      message: 'model.index: the checkpoint was written big-endian; little-endian ones are read.',
    },
    {
      name: 'a table of something else',
      bytes: writeTable([{ bytes: [0, 0, 1, ...tableBlock([['other', new Uint8Array(2)]])] }]),
      error: FormatError,
      message: /^model\.index: /,
    },
    {
      name: 'a variable in parts',
      bytes: entryOf({ shape: [3, 4], fields: [[7, message([1, 1])]] }),
      error: UnsupportedError,
      message: 'model.index: tensor w is stored in parts by a partitioner, which is not read.',
    },
    {
      name: 'a block with another checksum',
      bytes: writeTable([{ bytes: tableBlock([['', HEADER]]), checksum: 1 }]),
      error: FormatError,
      message: 'model.index: the block at byte 0 does not have the checksum that stands behind it.',
    },
    {
      name: 'blocks compressed in another way',
      bytes: writeTable([{ bytes: tableBlock([['', HEADER]]), compression: 2 }]),
      error: UnsupportedError,
      message: 'model.index: the block at byte 0 is compressed in the way 2; plain blocks and Snappy are read.',
    },
    {
      name: 'a block past the end',
      bytes: writeTable([{ bytes: tableBlock([['', HEADER]]) }], (length) => length + 10_000),
      error: FormatError,
      message: /^model\.index: the index of blocks lies at bytes \d+ to \d+, but the file has \d+ bytes\.$/,
    },
    {
      name: 'keys that share all but one character, two hundred megabytes of them',
      bytes: () => {
        const start = [0, 0, HEADER.length, ...HEADER, 0, 0xa0, 0x1f, 0, ...new Array<number>(4000).fill(0x61)];
        const next = [0x9f, 0x1f, 1, 0, 0x62];
        const many: number[] = [];
        for (let i = 0; i < 50_000; i++) for (const byte of next) many.push(byte);
        return writeTable([{ bytes: [...start, ...many, 0, 0, 0, 0] }]);
      },
      error: LimitError,
      message: /^model\.index: the size of the table in bytes is \d+; at most 67108864 are read\.$/,
    },
    {
      name: 'more entries than any network',
      bytes: () => {
        const entry = bundleEntry({ shape: [1] }, new Uint8Array(4), 0);
        const names = Array.from({ length: 60_000 }, (_, i) => `v${String(i).padStart(6, '0')}`);
        return writeTable([{ bytes: tableBlock([['', HEADER], ...names.map((name) => [name, entry] as const)]) }]);
      },
      error: LimitError,
      message: 'model.index: the number of entries of the checkpoint is 60000; at most 50000 are read.',
    },
    {
      name: 'the beginning alone',
      bytes: good.index.subarray(0, 9),
      error: UnsupportedError,
      message: 'model.index: is a TensorFlow checkpoint (its index) whose end is missing.',
    },
    ...cutCases(good.index, 4, [
      { error: FormatError, message: 'model.index: the file is empty.' },
      {
        error: UnsupportedError,
        message: 'model.index: is a TensorFlow checkpoint (its index) whose end is missing.',
      },
    ]),
  ],
  { file: 'model.index' },
);

corpus(
  'hostile SavedModels',
  [
    {
      name: 'without the folder variables',
      bytes: saved,
      error: UnsupportedError,
      message:
        'saved_model.pb: is a TensorFlow SavedModel (its graph), whose weights, the folder variables, are not beside it.',
      hint: /tf2onnx.*keras.*TFLite/,
    },
    {
      name: 'without a graph',
      bytes: message([1, 1], [2, message([1, message([4, 'serve'], [5, '2'])])]),
      error: FormatError,
      message: 'saved_model.pb: the SavedModel has no graph.',
    },
  ],
  { file: 'saved_model.pb' },
);

fuzzReader('model.index', [good.index]);
fuzzReader('saved_model.pb', [saved], saved.subarray(0, 20));
