import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { SemblanceError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { bytes, counting } from '../support/byte-writer.ts';
import {
  type CoremlLayerSpec,
  convolution,
  coremlModel,
  innerProduct,
  layer,
  quantised,
} from '../support/coreml-writer.ts';
import { message } from '../support/onnx-writer.ts';

const open = (file: Uint8Array) => openModel(memorySource('m.mlmodel', file));
const CONV = convolution('conv1', 'image', [4, 3, 2, 2], counting(48));
const RELU = layer('relu1', 130, 'conv1', message([10, new Uint8Array()]));
const POOL = layer('pool', 120, 'relu1', message([1, 1]));
const FC = innerProduct('fc', 'pool', 3, 4, counting(12));
const SOFTMAX = layer('prob', 175, 'fc');
const templatesOf = async (layers: readonly CoremlLayerSpec[]) => [
  ...(await detectHead(await open(coremlModel(layers))).readTemplates()).data,
];

describe('Core ML models', () => {
  it('follows the layers to the head and takes the class labels for class names', async () => {
    const file = await open(coremlModel([CONV, RELU, POOL, FC, SOFTMAX], ['cat', 'dog', 'owl']));
    expect(file).toMatchObject({
      format: 'coreml',
      metadata: { version: 4, layers: 5 },
      classNames: ['cat', 'dog', 'owl'],
    });
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['conv1.weight', [4, 3, 2, 2]],
      ['fc.weight', [3, 4]],
      ['fc.bias', [3]],
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'fc.weight', classes: 3, features: 4 });
    expect(head.reason).toContain('(softmax ← innerProduct)');
    expect([...(await head.readTemplates()).data]).toEqual(counting(12));
  });

  it('finds a 1×1 convolution before the mean over the picture', async () => {
    const layers = [
      CONV,
      convolution('conv2', 'conv1', [3, 4, 1, 1], counting(12)),
      layer('mean', 120, 'conv2', message([1, 1])),
      layer('flat', 301, 'mean'),
      layer('prob', 175, 'flat'),
    ];
    const head = detectHead(await open(coremlModel(layers)));
    expect(head).toMatchObject({ tensor: 'conv2.weight', classes: 3, features: 4 });
    expect(head.reason).toContain('(softmax ← flatten ← pooling ← convolution)');
  });

  it('reads floats of 16 bits', async () => {
    // 1, 2, −2 and 0.5.
    const half = message([2, bytes([0, 0x3c, 0, 0x40, 0, 0xc0, 0, 0x38])]);
    expect(await templatesOf([innerProduct('fc', 'image', 2, 2, half), SOFTMAX])).toEqual([1, 2, -2, 0.5]);
  });

  it('reads bytes with a scale and a bias for each output', async () => {
    const weights = quantised(8, [0, 1, 2, 255], { scale: [0.5, 2], bias: [1, -4] });
    const layers = [innerProduct('fc', 'image', 2, 2, weights), SOFTMAX];
    const file = await open(coremlModel(layers));
    expect(file.tensors.get('fc.weight')).toMatchObject({ dtype: 'u8', quantised: true });
    expect(await templatesOf(layers)).toEqual([1, 1.5, 0, 506]);
  });

  it('reads whole numbers of fewer bits, the highest bit first, with one scale', async () => {
    // 1, 5, 7 and 2 in three bits: 001 101 111 010, filled up with zeros.
    const weights = quantised(3, [0b00110111, 0b10100000], { scale: [2], bias: [1] });
    expect(await templatesOf([innerProduct('fc', 'image', 2, 2, weights), SOFTMAX])).toEqual([3, 11, 15, 5]);
  });

  it('reads places in a table', async () => {
    const weights = quantised(2, [0b00011011], { table: [-1, 0.25, 3, 8] });
    expect(await templatesOf([innerProduct('fc', 'image', 2, 2, weights), SOFTMAX])).toEqual([-1, 0.25, 3, 8]);
  });

  it('takes no convolution in groups for a head, and lists normalisation', async () => {
    const norm = layer('bn', 160, 'conv1', message([1, 4], [15, message([1, new Uint8Array(16)])]));
    const file = await open(coremlModel([CONV, norm, convolution('dw', 'bn', [4, 1, 3, 3], counting(36), 4)]));
    expect(file.tensors.get('bn.gamma')!.shape).toEqual([4]);
    expect(() => detectHead(file)).toThrow('the way back from dw ends at convolution');
  });
});

describe('other and broken Core ML models', () => {
  const whole = coremlModel([CONV, RELU, POOL, FC, SOFTMAX], ['a', 'b', 'c']);

  it.each<[string, Uint8Array, string]>([
    ['a program', coremlModel([], undefined, 502), 'm.mlmodel: is a program (ML Program), whose weights lie in a file'],
    ['a pipeline', coremlModel([], undefined, 202), 'm.mlmodel: is a pipeline of several models; Core ML'],
    ['a model of trees', coremlModel([], undefined, 402), 'm.mlmodel: is a Core ML model of another kind (field 402)'],
    [
      'too few values',
      coremlModel([innerProduct('fc', 'image', 3, 4, [1])]),
      'm.mlmodel: fc.weight (f32 3×4) needs 48 bytes, but the file gives it 4.',
    ],
    [
      'too few bits',
      coremlModel([innerProduct('fc', 'image', 3, 4, quantised(3, [1], { table: Array(8).fill(0) }))]),
      'm.mlmodel: fc.weight (3 bits, 3×4) needs 5 bytes, but the file gives it 1.',
    ],
    [
      'more bits than there are',
      coremlModel([innerProduct('fc', 'image', 1, 1, quantised(16, [1, 1], { table: [] }))]),
      'm.mlmodel: fc.weight is quantised in 16 bits; 1 to 8 are read.',
    ],
    [
      'values of another form',
      coremlModel([innerProduct('fc', 'image', 2, 2, message([31, bytes([1, 2, 3, 4])]))]),
      'm.mlmodel: fc.weight (2×2) has no values in 32 or 16 bits and none that a scale or a table explains.',
    ],
    [
      'a shape beyond any',
      coremlModel([innerProduct('fc', 'image', 2 ** 31, 2 ** 20, [1])]),
      'm.mlmodel: fc.weight claims 2147483648×1048576 elements; at most 2147483648 are read.',
    ],
    ['two layers of one name', coremlModel([FC, FC]), 'm.mlmodel: two layers with weights have the name fc.'],
    ['no network', whole.slice(0, 4 + whole[3]!), 'm.mlmodel: the Core ML model has no network.'],
  ])('%s', async (_, file, text) => {
    await expect(open(file)).rejects.toThrow(text);
    await expect(open(file)).rejects.toThrow(SemblanceError);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'a table that is too short',
      quantised(2, [0], { table: [1, 2] }),
      'm.mlmodel: fc.weight has a table of 2 values, where 4 are expected.',
    ],
    [
      'scales for other outputs',
      quantised(2, [0], { scale: [1, 2, 3], bias: [0] }),
      'm.mlmodel: fc.weight has 3 scales or biases, where 1 or 2 are expected.',
    ],
    ['no scale', quantised(2, [0], { scale: [], bias: [0] }), 'm.mlmodel: fc.weight is quantised, but has no scale.'],
  ])('%s is told of when the values are read', async (_, weights, text) => {
    await expect(templatesOf([innerProduct('fc', 'image', 2, 2, weights), SOFTMAX])).rejects.toThrow(text);
  });

  it('is refused wherever it is cut off', async () => {
    for (let length = 30; length < whole.length; length++)
      await expect(open(whole.slice(0, length)), `${length} bytes`).rejects.toThrow(SemblanceError);
  });
});
