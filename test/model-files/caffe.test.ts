import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { SemblanceError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { bytes, counting } from '../support/byte-writer.ts';
import { type CaffeLayerSpec, caffeModel } from '../support/caffe-writer.ts';
import { message, varint } from '../support/onnx-writer.ts';

const open = (file: Uint8Array) => openModel(memorySource('net.caffemodel', file));
const modelOf = (layers: readonly CaffeLayerSpec[], form?: 'V1') => open(caffeModel(layers, form));

const conv: CaffeLayerSpec = {
  name: 'conv1',
  type: 'Convolution',
  bottoms: ['data'],
  tops: ['conv1'],
  blobs: [
    { shape: [4, 3, 2, 2], values: counting(48) },
    { shape: [4], values: counting(4) },
  ],
};
const relu: CaffeLayerSpec = { name: 'relu1', type: 'ReLU', bottoms: ['conv1'], tops: ['conv1'] };
const dense = (name: string, from: string, rows: number, features: number): CaffeLayerSpec => ({
  name,
  type: 'InnerProduct',
  bottoms: [from],
  tops: [name],
  blobs: [
    { shape: [rows, features], values: counting(rows * features) },
    { shape: [rows], values: counting(rows) },
  ],
});
const softmax = (from: string): CaffeLayerSpec => ({ name: 'prob', type: 'Softmax', bottoms: [from], tops: ['prob'] });

describe('Caffe models', () => {
  it('names blobs by their layers and follows the layers back to the head', async () => {
    const file = await modelOf([conv, relu, dense('fc7', 'conv1', 5, 16), dense('fc8', 'fc7', 3, 5), softmax('fc8')]);
    expect(file).toMatchObject({ format: 'caffe', metadata: { model: 'net', layers: 5 } });
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['conv1.weight', [4, 3, 2, 2]],
      ['conv1.bias', [4]],
      ['fc7.weight', [5, 16]],
      ['fc7.bias', [5]],
      ['fc8.weight', [3, 5]],
      ['fc8.bias', [3]],
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'fc8.weight', classes: 3, features: 5, classAxis: 0 });
    expect(head.reason).toContain('(Softmax ← InnerProduct)');
    expect([...(await head.readTemplates()).data]).toEqual(counting(15));
  });

  it('reads the form before (V1), its four sides and layers by number', async () => {
    const file = await modelOf(
      [
        {
          ...conv,
          blobs: [
            { sides: [4, 3, 2, 2], values: counting(48) },
            { sides: [1, 1, 1, 4], values: counting(4) },
          ],
        },
        relu,
        {
          ...dense('fc8', 'conv1', 3, 16),
          blobs: [
            { sides: [1, 1, 3, 16], values: counting(48) },
            { sides: [1, 1, 1, 3], values: counting(3) },
          ],
        },
        { name: 'loss', type: 'SoftmaxWithLoss', bottoms: ['fc8', 'label'] },
      ],
      'V1',
    );
    expect([...file.tensors.values()].map(({ name, shape }) => [name, shape])).toEqual([
      ['conv1.weight', [4, 3, 2, 2]],
      ['conv1.bias', [4]],
      ['fc8.weight', [3, 16]],
      ['fc8.bias', [3]],
    ]);
    const head = detectHead(file);
    expect(head.tensor).toBe('fc8.weight');
    expect(head.reason).toContain('graph output loss leads back to (SoftmaxWithLoss ← InnerProduct)');
  });

  it.each(['one by one', 'doubles'] as const)('reads values written as %s', async (form) => {
    const file = await modelOf([
      { ...dense('fc', 'data', 2, 3), blobs: [{ shape: [2, 3], values: counting(6), form }] },
      softmax('fc'),
    ]);
    expect(file.tensors.get('fc.weight')!.dtype).toBe(form === 'doubles' ? 'f64' : 'f32');
    expect([...(await detectHead(file).readTemplates()).data]).toEqual(counting(6));
  });

  it('turns a transposed inner product', async () => {
    const layer = { ...dense('fc', 'data', 4, 3), settings: { 117: message([1, 3], [6, 1]) } };
    const head = detectHead(await modelOf([layer, softmax('fc')]));
    expect(head).toMatchObject({ tensor: 'fc.weight', classAxis: 1, classes: 3, features: 4 });
    expect([...(await head.readTemplates()).data].slice(0, 4)).toEqual([0, 3, 6, 9].map((value) => value / 8));
  });

  it('finds a 1×1 convolution before the mean over the picture, as in SqueezeNet', async () => {
    const head = detectHead(
      await modelOf([
        conv,
        {
          ...dense('conv10', 'conv1', 10, 4),
          type: 'Convolution',
          blobs: [{ shape: [10, 4, 1, 1], values: counting(40) }],
        },
        { name: 'relu10', type: 'ReLU', bottoms: ['conv10'], tops: ['conv10'] },
        { name: 'pool10', type: 'Pooling', bottoms: ['conv10'], tops: ['pool10'], settings: { 121: message([1, 1]) } },
        softmax('pool10'),
      ]),
    );
    expect(head).toMatchObject({ tensor: 'conv10.weight', classes: 10, features: 4 });
  });

  it('passes over auxiliary heads, whose losses count less, and says so', async () => {
    const loss = (name: string, from: string, lossWeight?: number): CaffeLayerSpec => ({
      name,
      type: 'SoftmaxWithLoss',
      bottoms: [from, 'label'],
      tops: [name],
      ...(lossWeight !== undefined && { lossWeight }),
    });
    const file = await modelOf([
      conv,
      dense('loss1/classifier', 'conv1', 3, 16),
      loss('loss1/loss', 'loss1/classifier', 0.3),
      { ...dense('trunk', 'conv1', 6, 16) },
      dense('loss3/classifier', 'trunk', 3, 6),
      loss('loss3/loss', 'loss3/classifier'),
    ]);
    expect(detectHead(file).tensor).toBe('loss3/classifier.weight');
    expect(file.notes).toEqual(['Auxiliary heads, whose losses count less, are passed over: loss1/classifier.weight.']);
  });

  it('asks which of two heads is meant that count alike', async () => {
    const file = await modelOf([conv, dense('age', 'conv1', 8, 16), dense('gender', 'conv1', 2, 16)]);
    expect(() => detectHead(file)).toThrow(/2 tensors may be the classifier head: .*age\.weight .*gender\.weight/);
    expect(detectHead(file, { classCount: 8 }).tensor).toBe('age.weight');
  });

  it('reads the levels of an SSD, and drops background', async () => {
    const level = (i: number, anchors: number): CaffeLayerSpec[] => [
      {
        ...dense(`conf${i}`, 'conv1', anchors * 3, 4),
        type: 'Convolution',
        blobs: [{ shape: [anchors * 3, 4, 1, 1], values: counting(anchors * 12) }],
      },
      { name: `perm${i}`, type: 'Permute', bottoms: [`conf${i}`], tops: [`perm${i}`] },
      { name: `flat${i}`, type: 'Flatten', bottoms: [`perm${i}`], tops: [`flat${i}`] },
    ];
    const file = await modelOf([
      conv,
      ...level(0, 2),
      ...level(1, 3),
      { name: 'conf', type: 'Concat', bottoms: ['flat0', 'flat1'], tops: ['conf'] },
      {
        name: 'shaped',
        type: 'Reshape',
        bottoms: ['conf'],
        tops: ['shaped'],
        settings: { 133: message([1, message([1, bytes(varint(0), varint(-1), varint(3))])]) },
      },
      softmax('shaped'),
      { name: 'out', type: 'DetectionOutput', bottoms: ['boxes', 'prob', 'priors'], tops: ['out'] },
    ]);
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: 'conf*.weight', classes: 3, features: 8 });
    expect(head.reason).toContain('the mean of 2 to 3 anchors, 2 levels side by side');
    expect(detectHead(file, { classCount: 2 }).backgroundRow).toBe(0);
  });
});

describe('broken Caffe models', () => {
  const whole = caffeModel([conv, relu, dense('fc', 'conv1', 3, 16), softmax('fc')]);

  it.each<[string, Uint8Array, string]>([
    [
      'too few values',
      caffeModel([{ ...dense('fc', 'data', 3, 2), blobs: [{ shape: [3, 2], values: [1] }] }]),
      'net.caffemodel: fc.weight (f32 3×2) needs 6 values, but the file has 1.',
    ],
    [
      'a shape beyond any',
      caffeModel([{ ...dense('fc', 'data', 3, 2), blobs: [{ shape: [2 ** 31, 2], values: [1] }] }]),
      'net.caffemodel: fc.weight claims 2147483648×2 elements; at most 2147483648 are read.',
    ],
    [
      'a side below nought',
      caffeModel([{ ...dense('fc', 'data', 3, 2), blobs: [{ shape: [-1, 2], values: [1] }] }]),
      'net.caffemodel: fc.weight has the shape [-1, 2]; dimensions must be whole numbers of at least 0.',
    ],
    [
      'two layers of one name',
      caffeModel([dense('fc', 'data', 3, 2), dense('fc', 'data', 3, 2)]),
      'net.caffemodel: two layers with weights have the name fc.',
    ],
    [
      'layers of the first form',
      bytes(message([1, 'old']), message([2, message([1, message([1, 'fc'], [2, 'innerproduct'])])])),
      "net.caffemodel: its layers are of Caffe's first form (V0LayerParameter), which is not read.",
    ],
  ])('%s', async (_, file, message) => {
    await expect(open(file)).rejects.toThrow(message);
  });

  it('is refused wherever it is cut off within a layer', async () => {
    // At the ends of layers what is left is a shorter network.
    const ends = new Set(
      [1, 2, 3, 4].map((n) => caffeModel([conv, relu, dense('fc', 'conv1', 3, 16), softmax('fc')].slice(0, n)).length),
    );
    for (let length = 30; length < whole.length; length++)
      if (!ends.has(length))
        await expect(open(whole.slice(0, length)), `${length} bytes`).rejects.toThrow(SemblanceError);
  });

  it('a graph in a circle is told of', async () => {
    const file = caffeModel([
      { name: 'a', type: 'ReLU', bottoms: ['y'], tops: ['x'] },
      { name: 'b', type: 'ReLU', bottoms: ['x'], tops: ['y'] },
      { name: 'c', type: 'ReLU', bottoms: ['y'], tops: ['z'] },
    ]);
    await expect(open(file)).rejects.toThrow('net.caffemodel: the graph runs in a circle through tensor "');
  });

  it('is not what a graph of TensorFlow is taken for', async () => {
    const graphDef = message([1, message([1, 'input'], [2, 'Placeholder'])]);
    expect((await open(graphDef)).format).toBe('tf-graph');
  });
});
