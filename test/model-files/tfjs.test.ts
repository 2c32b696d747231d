import { describe, expect, it } from 'vitest';
import { type ByteSource, memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { type CorpusCase, corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { functional, layer, sequential } from '../support/keras-config.ts';

type Json = Record<string, unknown>;

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const floats = (count: number) => new Uint8Array(Float32Array.from({ length: count }, (_, i) => i).buffer);
const weight = (name: string, shape: number[], more: Json = {}) => ({ name, shape, dtype: 'float32', ...more });

const layers: Json = {
  keras_version: '2.6.0',
  model_config: sequential([
    { class_name: 'Flatten', config: { name: 'flatten' } },
    { class_name: 'Dense', config: { name: 'hidden', activation: 'relu' } },
    { class_name: 'Dense', config: { name: 'out', activation: 'softmax' } },
  ]),
};
/** hidden 2×3 and its bias 3, out 3×4 and its bias 4: 25 values, 100 bytes. */
const manifest = [
  {
    paths: ['a.bin', 'b.bin'],
    weights: [
      weight('hidden/kernel', [2, 3]),
      weight('hidden/bias', [3]),
      weight('out/kernel', [3, 4]),
      weight('out/bias', [4]),
    ],
  },
];
const model = (more: Json = {}) =>
  json({ format: 'layers-model', modelTopology: layers, weightsManifest: manifest, ...more });
const shards = (at = 50) => ({ 'a.bin': floats(25).slice(0, at), 'b.bin': floats(25).slice(at) });

const open = (bytes: Uint8Array, siblings: Record<string, Uint8Array> = shards()) =>
  openModel(memorySource('model.json', bytes, new Map(Object.entries(siblings))));

const node = (name: string, op: string, input: string[] = [], attr: Json = {}) => ({ name, op, input, attr });

/** A graph model of constants and nodes, all weights of float32 in one shard. */
function graphModel(weights: ReturnType<typeof weight>[], nodes: Json[], outputs: string[], more: Json = {}) {
  const constants = weights.map(({ name }) => node(name, 'Const'));
  const signature = { outputs: Object.fromEntries(outputs.map((name) => [name, { name: `${name}:0` }])) };
  const total = weights.reduce((sum, { shape }) => sum + shape.reduce((n, d) => n * d, 1), 0);
  const bytes = json({
    format: 'graph-model',
    signature,
    modelTopology: { node: [node('x', 'Placeholder'), ...constants, ...nodes] },
    weightsManifest: [{ paths: ['w.bin'], weights }],
    ...more,
  });
  return open(bytes, { 'w.bin': floats(total) });
}

describe('TF.js layers models', () => {
  it('find the head by the topology and read a tensor across shards', async () => {
    const file = await open(model());
    expect(file).toMatchObject({ format: 'tfjs', metadata: { kind: 'layers model', model: 'chain' } });
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'out/kernel', classAxis: 1, classes: 4, features: 3 });
    expect([...(await head.readTemplates()).data]).toEqual([9, 13, 17, 10, 14, 18, 11, 15, 19, 12, 16, 20]);
  });

  it('read no shard on opening, and of shards the range asked for', async () => {
    const reads: string[] = [];
    const watch = (source: ByteSource): ByteSource => ({
      ...source,
      read: (start, end) => {
        reads.push(`${source.name} ${start}-${end}`);
        return source.read(start, end);
      },
      sibling: async (name) => {
        const found = await source.sibling(name);
        return found && watch(found);
      },
    });
    const bytes = model();
    const file = await openModel(watch(memorySource('model.json', bytes, new Map(Object.entries(shards())))));
    expect(reads.every((read) => read.startsWith('model.json'))).toBe(true);
    reads.length = 0;
    await file.tensors.get('out/kernel')!.read();
    expect(reads).toEqual(['a.bin 36-50', 'b.bin 0-34']);
  });

  it('take the configuration as tfjs itself writes it, and models within models', async () => {
    const config = sequential([
      { ...functional([layer('InputLayer', 'x'), layer('Conv2D', 'stem', ['x'])], ['x'], ['stem']), name: 'base' },
      { ...sequential([{ class_name: 'Dense', config: { name: 'out', activation: 'softmax' } }]), name: 'top' },
    ]);
    const file = await open(model({ modelTopology: config }));
    expect(file.graphHeads).toMatchObject([{ tensor: 'out/kernel', path: ['Model', 'softmax', 'Dense'] }]);
  });

  it('go by names where there is no topology', async () => {
    const file = await open(
      json({ weightsManifest: [{ paths: ['a.bin'], weights: [weight('predictions/kernel', [3, 4])] }] }),
      { 'a.bin': floats(12) },
    );
    expect(file.metadata.kind).toBe('weights only');
    expect(detectHead(file)).toMatchObject({ tensor: 'predictions/kernel', classAxis: 1 });
  });

  it.each([
    ['uint8', Uint8Array.of(0, 1, 2, 255), [-1, -0.5, 0, 126.5]],
    ['uint16', new Uint8Array(Uint16Array.of(0, 1, 2, 65_535).buffer), [-1, -0.5, 0, 32_766.5]],
    ['float16', Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0x38, 0, 0), [1, -2, 0.5, 0]],
  ])('read weights quantised to %s', async (dtype, bytes, expected) => {
    const quantization = dtype === 'float16' ? { dtype } : { dtype, scale: 0.5, min: -1, original_dtype: 'float32' };
    const weights = [weight('out/kernel', [2, 2], { quantization })];
    const file = await open(model({ weightsManifest: [{ paths: ['q'], weights }] }), { q: bytes });
    expect([...(await file.tensors.get('out/kernel')!.read()).data]).toEqual(expected);
    expect(detectHead(file).tensor).toBe('out/kernel');
  });
});

describe('TF.js graph models', () => {
  it.each([
    ['MatMul', {}, 1],
    ['MatMul', { transpose_b: { b: true } }, 0],
    ['_FusedMatMul', { fused_ops: { list: { s: [btoa('BiasAdd')] } } }, 1],
    ['BatchMatMulV2', { adj_y: { b: true } }, 0],
  ])('find the weight of %s %o', async (op, attr, classAxis) => {
    const file = await graphModel(
      [weight('w', [3, 4]), weight('b', [classAxis === 1 ? 4 : 3])],
      [node('y', op, ['x', 'w', 'b', '^x'], attr), node('Identity', 'Softmax', ['y'])],
      ['Identity'],
    );
    expect(file.graphHeads).toMatchObject([{ tensor: 'w', classAxis, output: 'Identity' }]);
    expect(detectHead(file).classes).toBe(classAxis === 1 ? 4 : 3);
  });

  it('find a convolution behind pooling, bias, scale and reshapes', async () => {
    const file = await graphModel(
      [weight('w', [1, 1, 3, 5]), weight('b', [5]), weight('half', []), weight('shape', [2]), weight('zero', [1, 2])],
      [
        node('conv', 'Conv2D', ['x', 'w']),
        node('bias', 'BiasAdd', ['conv', 'b']),
        node('mean', 'Mean', ['bias', 'shape']),
        node('scaled', 'Mul', ['mean', 'half']),
        node('flat', 'Reshape', ['scaled', 'shape']),
        node('scores', 'Softmax', ['flat']),
      ],
      ['scores'],
    );
    expect(file.graphHeads).toMatchObject([{ tensor: 'w', classAxis: 3, droppedRows: [] }]);
  });

  it('take what no node takes for the outputs where there is no signature', async () => {
    const file = await graphModel([weight('w', [3, 4])], [node('y', 'MatMul', ['x', 'w'])], [], {
      signature: undefined,
    });
    expect(file.graphHeads).toMatchObject([{ tensor: 'w', output: 'y' }]);
  });

  it('follow the rows of a slice', async () => {
    const int = (name: string, values: number[]) => ({ ...weight(name, [values.length], { dtype: 'int32' }), values });
    const bounds = [int('begin', [0, 1]), int('end', [0, 0]), int('step', [1, 1])];
    const bytes = json({
      modelTopology: {
        node: [
          ...['w', 'begin', 'end', 'step'].map((name) => node(name, 'Const')),
          node('y', 'MatMul', ['x', 'w']),
          node('cut', 'StridedSlice', ['y', 'begin', 'end', 'step'], { end_mask: { i: '3' }, begin_mask: { i: '1' } }),
        ],
      },
      weightsManifest: [{ paths: ['w.bin'], weights: [weight('w', [3, 4]), ...bounds] }],
    });
    const integers = new Uint8Array(Int32Array.from(bounds.flatMap(({ values }) => values)).buffer);
    const file = await open(bytes, { 'w.bin': Uint8Array.from([...floats(12), ...integers]) });
    // Without ranks, the axis before the last is not taken for that of the classes.
    expect(file.graphHeads).toMatchObject([{ tensor: 'w', droppedRows: [0] }]);
  });
});

const refused = (
  name: string,
  bytes: Uint8Array,
  message: string,
  siblings?: Record<string, Uint8Array>,
): CorpusCase => ({
  name,
  bytes,
  siblings: siblings ?? shards(),
  error: FormatError,
  message: `model.json: ${message}`,
});
const group = (...weights: unknown[]) => model({ weightsManifest: [{ paths: ['a.bin'], weights }] });
const paths = (...names: string[]) => model({ weightsManifest: [{ paths: names, weights: [] }] });

corpus(
  'the TF.js corpus',
  [
    { name: 'a good model', bytes: model(), siblings: shards(), check: (file) => expect(file.tensors.size).toBe(4) },
    refused('a missing shard', model(), 'shard b.bin is not beside it.', { 'a.bin': floats(25) }),
    refused('a shard that is too short', model(), 'the weights of a.bin, b.bin need 100 bytes, but there are 99.', {
      'a.bin': floats(25).slice(0, 50),
      'b.bin': floats(25).slice(51),
    }),
    refused('a shard that is too long', model(), 'the weights of a.bin, b.bin need 100 bytes, but there are 101.', {
      'a.bin': floats(25).slice(0, 50),
      'b.bin': Uint8Array.from([...floats(25).slice(50), 0]),
    }),
    refused(
      'a shape that is too large',
      group(weight('w', [2, 30])),
      'the weights of a.bin need 240 bytes, but there are 50.',
    ),
    refused(
      'a shard listed twice',
      paths('a.bin', 'a.bin'),
      'weightsManifest lists the shard a.bin twice, so that weights overlap.',
    ),
    refused(
      'a weight listed twice',
      group(weight('w', [1]), weight('w', [2])),
      'weightsManifest lists the weight w twice.',
    ),
    refused('a shard above', paths('../a.bin'), 'the shard ../a.bin lies outside the folder of the model.'),
    refused(
      'a shard elsewhere',
      paths('https://example.org/a.bin'),
      'the shard https://example.org/a.bin lies outside the folder of the model.',
    ),
    refused('no manifest', json({ modelTopology: {} }), 'a TF.js model needs a weightsManifest, which is not there.'),
    refused(
      'a manifest that is no list',
      model({ weightsManifest: 3 }),
      'weightsManifest must be a list of weight groups.',
    ),
    refused(
      'a group of nothing',
      model({ weightsManifest: [null] }),
      'a group of weightsManifest lacks its paths or its weights.',
    ),
    refused('a weight of nothing', group(null), 'a weight of weightsManifest lacks its name, shape or dtype.'),
    refused(
      'a negative dimension',
      group(weight('w', [-1])),
      'weight w has the shape [-1]; dimensions must be whole numbers of at least 0.',
    ),
    refused(
      'a scale that is not a number',
      group(weight('w', [1], { quantization: { dtype: 'uint8', scale: 'x', min: 0 } })),
      'weight w is quantised, but its scale or min is not a number.',
    ),
    refused(
      'a node of nothing',
      model({ format: 'graph-model', modelTopology: { node: [{}] } }),
      'a node of modelTopology has no name or no op.',
    ),
    refused(
      'a graph without nodes',
      model({ format: 'graph-model', modelTopology: {} }),
      'the modelTopology of a graph model must have a list of nodes.',
    ),
    refused(
      'a cyclic graph',
      model({
        modelTopology: { node: [node('a', 'Softmax', ['b']), node('b', 'Relu', ['a'])] },
        signature: { outputs: { a: { name: 'a:0' } } },
      }),
      'the graph runs in a circle through tensor "a".',
    ),
    {
      name: 'a shape whose product overflows',
      bytes: group(weight('w', [2 ** 40, 2 ** 40])),
      error: LimitError,
      message: 'model.json: weight w claims 1099511627776×1099511627776 elements; at most 2147483648 are read.',
    },
    {
      name: 'texts',
      bytes: group(weight('w', [1], { dtype: 'string' })),
      error: UnsupportedError,
      message:
        'model.json: weight w has the type string, which is not read, so that the weights behind it cannot be placed.',
    },
    {
      name: 'an unknown quantisation',
      bytes: group(weight('w', [1], { quantization: { dtype: 'uint4' } })),
      error: UnsupportedError,
      message: 'model.json: weight w is quantised to "uint4"; uint8, uint16 and float16 are read.',
    },
  ],
  { file: 'model.json' },
);

corpus(
  'a cut TF.js model',
  cutCases(model(), 16, [
    { error: FormatError, message: 'model.json: the file is empty.' },
    { error: FormatError, message: 'model.json is not valid JSON.' },
  ]),
  { file: 'model.json' },
);

fuzzReader('fuzz.json', [model()], new TextEncoder().encode('{"modelTopology":'));
