import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, LimitError, UnsupportedError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { corpus, cutCases, fuzzReader } from '../support/corpus.ts';
import { message, varint } from '../support/onnx-writer.ts';
import {
  type ConstSpec,
  constant,
  type FunctionSpec,
  graphDef,
  type NodeSpec,
  TYPES,
} from '../support/tensorflow-writer.ts';

const weights = Array.from({ length: 12 }, (_, i) => Math.fround(Math.cos(i)));
const W: ConstSpec = { shape: [3, 4], values: weights };
const x: NodeSpec = { name: 'x', op: 'Placeholder', attributes: { dtype: { type: 1 } } };
const tail: NodeSpec[] = [
  { name: 'fc', op: 'MatMul', inputs: ['x:0', 'W'] },
  { name: 'scores', op: 'Softmax', inputs: ['fc', '^x'] },
];

const open = (nodes: readonly NodeSpec[], functions?: readonly FunctionSpec[]) =>
  openModel(memorySource('graph.pb', graphDef(nodes, functions)));
const packedVarints = (...values: number[]) => Uint8Array.from(values.flatMap((value) => varint(value)));

describe('frozen graphs of TensorFlow', () => {
  it('find the head by the ends of the graph', async () => {
    const file = await open([x, constant('W', W), ...tail]);
    expect(file).toMatchObject({ format: 'tf-graph', metadata: { nodes: 4 } });
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'W', classAxis: 1, classes: 4, features: 3 });
    expect(head.reason).toContain('(Softmax ← MatMul)');
    expect([...(await head.readTemplates()).data].slice(0, 3)).toEqual([weights[0], weights[4], weights[8]]);
  });

  it.each<[string, ConstSpec, number[]]>([
    [
      'floats packed',
      { shape: [2, 2], fields: [[5, new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)]] },
      [1, 2, 3, 4],
    ],
    ['the last repeated', { shape: [2, 2], fields: [[5, new Uint8Array(Float32Array.of(1, 2).buffer)]] }, [1, 2, 2, 2]],
    ['no value at all', { shape: [2, 2] }, [0, 0, 0, 0]],
    [
      'doubles',
      { type: 'double', shape: [2], fields: [[6, new Uint8Array(Float64Array.of(0.1, 2).buffer)]] },
      [0.1, 2],
    ],
    [
      'integers one by one',
      {
        type: 'int32',
        shape: [3],
        fields: [
          [7, 1],
          [7, -2],
          [7, 3],
        ],
      },
      [1, -2, 3],
    ],
    ['integers packed', { type: 'int32', shape: [3], fields: [[7, packedVarints(1, -2, 300)]] }, [1, -2, 300]],
    ['bytes', { type: 'int8', shape: [2], fields: [[7, packedVarints(-128, 127)]] }, [-128, 127]],
    ['halves by their bits', { type: 'half', shape: [2], fields: [[13, packedVarints(0x3c00, 0xc000)]] }, [1, -2]],
    ['brain floats', { type: 'bfloat16', shape: [2], fields: [[13, packedVarints(0x3f80, 0xc000)]] }, [1, -2]],
    ['long integers', { type: 'int64', shape: [2], fields: [[10, packedVarints(2 ** 40, -1)]] }, [2 ** 40, -1]],
    ['truths', { type: 'bool', shape: [2], fields: [[11, packedVarints(1, 0)]] }, [1, 0]],
    ['half as content', { type: 'half', shape: [2], fields: [[4, Uint8Array.of(0, 0x3c, 0, 0xc0)]] }, [1, -2]],
  ])('store constants as %s', async (_, value, expected) => {
    const file = await open([x, constant('W', W), constant('c', value), ...tail]);
    expect([...(await file.tensors.get('c')!.read()).data]).toEqual(expected);
  });

  it('take weights and biases behind the Identity of a variable that was', async () => {
    const file = await open([
      x,
      constant('logits/kernel', W),
      constant('logits/bias', { shape: [4], values: [1, 2, 3, 4] }),
      { name: 'logits/kernel/read', op: 'Identity', inputs: ['logits/kernel'] },
      { name: 'logits/bias/read', op: 'Identity', inputs: ['logits/bias'] },
      { name: 'fc', op: 'MatMul', inputs: ['x', 'logits/kernel/read'] },
      { name: 'add', op: 'Add', inputs: ['fc', 'logits/bias/read'] },
    ]);
    expect(detectHead(file)).toMatchObject({ tensor: 'logits/kernel', classes: 4 });
  });

  it('find a 1×1 convolution behind Squeeze and Reshape, and drop sliced rows', async () => {
    const list = (name: string, values: number[]) =>
      constant(name, { type: 'int32', shape: [values.length], fields: [[7, packedVarints(...values)]] });
    const file = await open([
      x,
      constant('K', { shape: [1, 1, 3, 4], values: weights }),
      { name: 'conv', op: 'Conv2D', inputs: ['x', 'K'] },
      { name: 'flat', op: 'Squeeze', inputs: ['conv'], attributes: { squeeze_dims: [1, 2] } },
      list('begin', [0, 1]),
      list('size', [-1, -1]),
      { name: 'cut', op: 'Slice', inputs: ['flat', 'begin', 'size'] },
    ]);
    expect(detectHead(file)).toMatchObject({ tensor: 'K', classAxis: 3, classes: 3, droppedRows: [0] });
  });

  it('take transposed weights as they lie', async () => {
    const file = await open([
      x,
      constant('W', { shape: [4, 3], values: weights }),
      { name: 'fc', op: 'MatMul', inputs: ['x', 'W'], attributes: { transpose_b: true } },
    ]);
    expect(detectHead(file)).toMatchObject({ tensor: 'W', classAxis: 0, classes: 4 });
  });

  it.each([
    ['MIN_COMBINED', -1.1],
    // The nearest multiple of 4/255.
    ['MIN_FIRST', (-70 * 4) / 255],
  ])('compute what Dequantize does in the mode %s', async (mode, lowest) => {
    const scalar = (name: string, value: number) => constant(name, { shape: [], values: [value] });
    const file = await open([
      x,
      constant('q', { type: 'quint8', shape: [2, 2], fields: [[4, Uint8Array.of(0, 25, 255, 0)]] }),
      scalar('min', -1.1),
      scalar('max', 2.9),
      { name: 'W', op: 'Dequantize', inputs: ['q', 'min', 'max'], attributes: { T: { type: TYPES.quint8 }, mode } },
      ...tail,
    ]);
    const head = detectHead(file);
    expect(head.reason).toContain('computed by Dequantize from q');
    const { data } = await head.readTemplates();
    // Classes stand last: the rows are those of the transposed matrix.
    const expected = [0, 255, 25, 0].map((q) => lowest + (q * 4) / 255);
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 5);
  });

  it('do not guess at what Dequantize does by other modes', async () => {
    const file = await open([
      x,
      constant('q', { type: 'qint8', shape: [3, 4], fields: [[4, new Uint8Array(12)]] }),
      constant('min', { shape: [], values: [-1] }),
      constant('max', { shape: [], values: [1] }),
      {
        name: 'W',
        op: 'Dequantize',
        inputs: ['q', 'min', 'max'],
        attributes: { T: { type: TYPES.qint8 }, mode: 'SCALED' },
      },
      ...tail,
    ]);
    expect(() => detectHead(file)).toThrow('the way back from scores ends at MatMul');
  });

  it('lay out functions that call one another, arguments and results in their places', async () => {
    const call = (name: string, f: string, inputs: string[]): NodeSpec => ({
      name,
      op: 'StatefulPartitionedCall',
      inputs,
      attributes: { f: { f } },
    });
    const file = await open(
      [x, constant('W', W), call('net', 'outer', ['x', 'W']), { name: 'out', op: 'Softmax', inputs: ['net:1'] }],
      [
        {
          name: 'outer',
          inputs: ['images', 'kernel'],
          results: { first: 'images', second: 'inner_call:output:0' },
          nodes: [call('inner_call', 'inner', ['kernel', 'images'])],
        },
        {
          name: 'inner',
          inputs: ['w', 'v'],
          results: { y: 'fc:product:0' },
          nodes: [{ name: 'fc', op: 'MatMul', inputs: ['v', 'w'] }],
        },
      ],
    );
    expect(file.graphHeads).toMatchObject([{ tensor: 'W', classAxis: 1, output: 'out', path: ['Softmax', 'MatMul'] }]);
  });
});

const good = graphDef([x, constant('W', W), ...tail]);
const endless = (times: number): FunctionSpec[] => [
  {
    name: 'f',
    inputs: ['a'],
    results: { y: 'call0:output:0' },
    nodes: Array.from({ length: times }, (_, i) => ({
      name: `call${i}`,
      op: 'PartitionedCall',
      inputs: ['a'],
      attributes: { f: { f: 'f' } },
    })),
  },
];
const caller: NodeSpec = { name: 'net', op: 'PartitionedCall', inputs: ['x'], attributes: { f: { f: 'f' } } };
/** Functions that each call the next twice: 2^40 nodes. */
const doubling: FunctionSpec[] = Array.from({ length: 40 }, (_, i) => ({
  name: i === 0 ? 'f' : `f${i}`,
  inputs: ['a'],
  results: { y: 'b:output:0' },
  nodes: ['b', 'c'].map((name) => ({
    name,
    op: i === 39 ? 'Identity' : 'PartitionedCall',
    inputs: ['a'],
    attributes: { f: { f: `f${i + 1}` } },
  })),
}));

corpus(
  'hostile graphs of TensorFlow',
  [
    { name: 'good', bytes: good, check: (model) => expect(model.tensors.size).toBe(1) },
    {
      name: 'content of another size',
      bytes: graphDef([x, constant('W', { shape: [3, 5], values: weights }), ...tail]),
      error: FormatError,
      message: 'graph.pb: tensor W (f32 3×5) needs 60 bytes, but the file gives it 48.',
    },
    {
      name: 'more values than elements',
      bytes: graphDef([x, constant('W', { shape: [1], fields: [[5, new Uint8Array(8)]] }), ...tail]),
      error: FormatError,
      message: 'graph.pb: tensor W (f32 1) has 1 elements, but 2 values are stored.',
    },
    {
      name: 'a shape beyond all memory',
      bytes: graphDef([x, constant('W', { shape: [2 ** 20, 2 ** 20] }), ...tail]),
      error: LimitError,
      message: 'graph.pb: tensor W claims 1048576×1048576 elements; at most 2147483648 are read.',
    },
    {
      name: 'one value for two thousand million elements',
      bytes: graphDef([x, constant('W', { shape: [2 ** 15, 2 ** 15], fields: [[5, new Uint8Array(4)]] }), ...tail]),
      error: LimitError,
      message:
        'graph.pb: tensor W (f32 32768×32768) repeats one value for 1073741824 elements; at most 16777216 are read.',
    },
    {
      name: 'a negative size',
      bytes: graphDef([x, constant('W', { shape: [-1, 4] }), ...tail]),
      error: FormatError,
      message: 'graph.pb: tensor W has the shape [-1, 4]; dimensions must be whole numbers of at least 0.',
    },
    {
      name: 'a function that is not there',
      bytes: graphDef([x, caller]),
      error: FormatError,
      message: 'graph.pb: node net calls the function f, which the graph does not have.',
    },
    {
      name: 'a function that calls itself',
      bytes: graphDef([x, caller], endless(1)),
      error: LimitError,
      message: 'graph.pb: the number of functions that call one another is 65; at most 64 are read.',
    },
    {
      name: 'functions that double at each call',
      bytes: graphDef([x, caller], doubling),
      error: LimitError,
      message: /^graph\.pb: (the number of nodes is 100001|the graph takes more than 2000000 steps|names of nodes)/,
    },
    {
      name: 'variables in place of weights',
      bytes: graphDef([x, { name: 'W', op: 'VarHandleOp' }, ...tail]),
      error: UnsupportedError,
      message:
        'graph.pb: is a graph of TensorFlow without weights: W and others are variables, whose values lie in a checkpoint.',
    },
    {
      name: 'a circle',
      bytes: graphDef([
        x,
        { name: 'a', op: 'Softmax', inputs: ['b'] },
        { name: 'b', op: 'Softmax', inputs: ['a'] },
        { name: 'c', op: 'Softmax', inputs: ['a'] },
      ]),
      error: FormatError,
      message: 'graph.pb: the graph runs in a circle through tensor "a".',
    },
    {
      name: 'a node without an operator',
      bytes: Uint8Array.from([...good, ...message([1, message([1, 'lost'])])]),
      error: FormatError,
      message: /^graph\.pb: a node of the graph at byte \d+ has no name or no operator\.$/,
    },
    ...cutCases(good, 4, [
      { error: FormatError, message: 'graph.pb: the file is empty.' },
      { error: FormatError, message: /^graph\.pb: (field \d+ of|the graph breaks off)/ },
    ]),
  ],
  { file: 'graph.pb' },
);

fuzzReader('graph.pb', [good, graphDef([x, caller], endless(1))], good.subarray(0, 40));
