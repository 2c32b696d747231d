import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { FormatError, IncomparableError, SemblanceError, UnsupportedError, UsageError } from '#src/base/errors.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import type { HeadChoice } from '#src/model-files/head/head-choice.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { type NodeSpec, type OnnxSpec, type TensorSpec, writeOnnx } from '../support/onnx-writer.ts';
import { writeSafetensors } from '../support/safetensors-writer.ts';

type Shapes = Record<string, number[]>;

/** A safetensors file whose tensors have these shapes; values count up from 1. */
function weights(shapes: Shapes) {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: Float32Array.from({ length: size }, (_, i) => i + 1) }] as const;
  });
  return openModel(memorySource('x.safetensors', writeSafetensors(Object.fromEntries(tensors))));
}

function onnx(spec: OnnxSpec) {
  return openModel(memorySource('x.onnx', writeOnnx(spec)));
}

const weight = (name: string, ...shape: number[]): TensorSpec => ({
  name,
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
});
const node = (text: string): NodeSpec => {
  const [output, op, ...inputs] = text.split(' ') as [string, string, ...string[]];
  return { op, inputs, outputs: [output] };
};

/** The error of a synchronous call, for its class, message and hint. */
function errorOf(call: () => unknown): SemblanceError {
  try {
    call();
  } catch (error) {
    return error as SemblanceError;
  }
  throw new Error('no error was thrown');
}

describe('the head of a file without a graph', () => {
  it.each<[string, Shapes, string]>([
    ['fc.weight', { 'conv1.weight': [8, 3, 7, 7], 'fc.weight': [10, 8], 'fc.bias': [10] }, 'fc.weight'],
    [
      'fc.weight behind module.',
      { 'module.fc.weight': [10, 8], 'module.layer.fc1.weight': [8, 8] },
      'module.fc.weight',
    ],
    ['classifier.weight', { 'vit.pooler.dense.weight': [8, 8], 'classifier.weight': [10, 8] }, 'classifier.weight'],
    [
      'the last of classifier.N',
      { 'classifier.0.weight': [16, 8], 'classifier.3.weight': [16, 16], 'classifier.6.weight': [10, 16] },
      'classifier.6.weight',
    ],
    [
      'classifier.1 as a 1×1 convolution',
      { 'features.0.weight': [8, 3, 3, 3], 'classifier.1.weight': [10, 8, 1, 1] },
      'classifier.1.weight',
    ],
    ['head.fc.weight', { 'stages.0.mlp.fc1.weight': [32, 8], 'head.fc.weight': [10, 8] }, 'head.fc.weight'],
    ['heads.head.weight', { 'encoder.mlp.0.weight': [32, 8], 'heads.head.weight': [10, 8] }, 'heads.head.weight'],
    [
      'the class head of LeViT',
      { 'head.linear.weight': [10, 8], 'head_dist.linear.weight': [10, 8] },
      'head.linear.weight',
    ],
    [
      'the class head of a distilled DeiT',
      { 'cls_classifier.weight': [10, 8], 'distillation_classifier.weight': [10, 8] },
      'cls_classifier.weight',
    ],
    [
      'no auxiliary head',
      { 'AuxLogits.fc.weight': [10, 8], 'aux1.fc.weight': [10, 8], 'fc.weight': [10, 16] },
      'fc.weight',
    ],
    ['no averaged copy', { 'fc.weight': [10, 8], 'model_ema.module.fc.weight': [10, 8] }, 'fc.weight'],
    [
      'the averaged copy when it is the only one',
      { 'ema.fc.weight': [10, 8], 'ema.conv.weight': [8, 3, 3, 3] },
      'ema.fc.weight',
    ],
    [
      'no optimizer slot',
      {
        'dense/kernel': [8, 10],
        'optimizer_weights/Adam/m/dense/kernel': [8, 10],
        'dense/kernel/Adam_1': [8, 10],
        'optimizer.state.0.exp_avg': [8, 10],
      },
      'dense/kernel',
    ],
    ['the last dense layer of Keras', { 'dense/kernel:0': [8, 16], 'dense_1/kernel:0': [16, 10] }, 'dense_1/kernel:0'],
    ['predictions/kernel', { 'block/conv/kernel': [3, 3, 8, 8], 'predictions/kernel': [8, 10] }, 'predictions/kernel'],
    [
      'Conv2d_1c_1x1',
      { 'MobilenetV1/Logits/Conv2d_1c_1x1/weights': [1, 1, 8, 10] },
      'MobilenetV1/Logits/Conv2d_1c_1x1/weights',
    ],
    ['the only matrix with 1000 rows', { 'a.weight': [8, 8], 'out.weight': [1000, 8] }, 'out.weight'],
    ['the only matrix', { templates: [10, 8] }, 'templates'],
  ])('finds %s', async (_, shapes, expected) => {
    expect(detectHead(await weights(shapes)).tensor).toBe(expected);
  });

  it('says why, what it rejected and why', async () => {
    const file = await weights({
      'head.weight': [10, 8],
      'head_dist.weight': [10, 8],
      'blocks.0.linear.weight': [4, 8],
    });
    const { reason, rejected, classes, features, classAxis, shape } = detectHead(file);
    expect({ reason, classes, features, classAxis, shape }).toEqual({
      reason: 'has a usual name of a classifier head',
      classes: 10,
      features: 8,
      classAxis: 0,
      shape: [10, 8],
    });
    expect(rejected).toEqual([
      { tensor: 'head_dist.weight', shape: [10, 8], reason: 'the head for distillation' },
      { tensor: 'blocks.0.linear.weight', shape: [4, 8], reason: 'lies deeper in the model' },
    ]);
  });

  it('lets widths and a class count decide against a name', async () => {
    const file = await weights({ 'fc.weight': [512, 8], 'score.weight': [10, 512] });
    expect(detectHead(file)).toMatchObject({
      tensor: 'score.weight',
      reason: 'the last dense layer, at the end of the widths 8 → 512 → 10',
      rejected: [
        { tensor: 'fc.weight', shape: [512, 8], reason: 'is a hidden layer: score.weight reads its 512 outputs' },
      ],
    });
    const choice = detectHead(file, { classCount: 10 });
    expect(choice.tensor).toBe('score.weight');
    expect(choice.reason).toBe('the only matrix with 10 rows');
    expect(choice.rejected).toEqual([{ tensor: 'fc.weight', shape: [512, 8], reason: 'has 512 rows, for 10 classes' }]);
  });

  it.each<[string, Shapes, string, Partial<HeadChoice>]>([
    [
      'the end of numbered layers',
      { 'fc1.weight': [120, 400], 'fc2.weight': [84, 120], 'fc3.weight': [10, 84], 'conv.weight': [16, 6, 5, 5] },
      'fc3.weight',
      { classes: 10 },
    ],
    [
      'features × classes where the bias has the length of the classes',
      { 'fc.weight': [64, 1000], 'fc.bias': [1000] },
      'fc.weight',
      { classes: 1000, features: 64, classAxis: 1 },
    ],
    [
      'features × classes where all other biases of the file say so',
      { 'a.weight': [8, 16], 'a.bias': [16], 'fc.weight': [16, 5] },
      'fc.weight',
      { classes: 5, classAxis: 1 },
    ],
    [
      'no layer of a stack of attention',
      { 'b.0.qkv.weight': [24, 8], 'b.1.qkv.weight': [24, 8], 'b.1.mlp.weight': [8, 8], 'verdict.weight': [5, 8] },
      'verdict.weight',
      { classes: 5 },
    ],
    [
      'a square head by its name, though others have its width',
      { 'head.weight': [8, 8], 'conv.weight': [8, 8, 3, 3] },
      'head.weight',
      { classes: 8 },
    ],
  ])('finds %s', async (_, shapes, tensor, expected) => {
    expect(detectHead(await weights(shapes))).toMatchObject({ tensor, ...expected });
  });

  it('asks which of two ends of chains is meant', async () => {
    const file = await weights({ 'body.weight': [8, 4], 'age.weight': [9, 8], 'sex.weight': [2, 8] });
    const error = errorOf(() => detectHead(file));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(
      'x.safetensors: 2 tensors may be the classifier head: age.weight (9×8), sex.weight (2×8).',
    );
    expect(error.hint).toBe('Name the one you mean: --head age.weight or --head sex.weight.');
  });

  it('reports a background row for one row more than classes, and for 1001 rows without labels', async () => {
    const eleven = await weights({ 'fc.weight': [11, 8] });
    // A row too many is TensorFlow's background row in TensorFlow's files only.
    expect(detectHead(eleven, { classCount: 10 }).backgroundRow).toBeUndefined();
    expect(detectHead({ ...eleven, format: 'keras-h5' }, { classCount: 7 }).backgroundRow).toBe(0);
    const exported = { ...eleven, format: 'onnx' as const, metadata: { producer: 'tf2onnx 1.16' } };
    expect(detectHead(exported, { classCount: 10 }).backgroundRow).toBe(0);
    expect(detectHead(eleven, { classCount: 11 }).backgroundRow).toBeUndefined();
    expect(detectHead(eleven).backgroundRow).toBeUndefined();
    expect(detectHead(await weights({ 'fc.weight': [1001, 4] })).backgroundRow).toBe(0);
    expect(detectHead(await weights({ 'fc.weight': [1000, 4] })).backgroundRow).toBeUndefined();
    const detr = await weights({ 'class_labels_classifier.weight': [92, 4], 'bbox_predictor.layers.2.weight': [4, 4] });
    expect(detectHead(detr, { classCount: 91 }).backgroundRow).toBe(91);
  });

  it('takes a second choice only in the absence of another, and says so; an auxiliary head never', async () => {
    const averaged = detectHead(await weights({ 'ema.fc.weight': [10, 8], 'a.weight': [8, 8] }));
    expect(averaged.reason).toBe(
      'has a usual name of a classifier head; an averaged copy of the weights, in the absence of another',
    );
    const file = await weights({ 'AuxLogits.fc.weight': [10, 8], 'fc.weight': [20, 8] });
    const error = errorOf(() => detectHead(file, { classCount: 10 }));
    expect(error.message).toBe(
      'x.safetensors: no classifier head has 10 rows, one for each class; there are AuxLogits.fc.weight (10×8), fc.weight (20×8).',
    );
  });

  it('finds a named head among the averaged weights where those are asked for', async () => {
    const file = await weights({
      'fc.weight': [10, 8],
      'other.weight': [10, 8],
      'ema.fc.weight': [10, 8],
      'ema.last.weight': [6, 8],
    });
    for (const head of ['fc.weight', 'ema.fc.weight'])
      expect(detectHead(file, { head, weights: 'ema' })).toMatchObject({
        tensor: 'ema.fc.weight',
        reason: 'named by --head, of the averaged weights, as --weights ema asks',
      });
    expect(detectHead(file, { head: 'last.weight', weights: 'ema' }).tensor).toBe('ema.last.weight');
    expect(detectHead(file, { head: 'fc.weight', weights: 'raw' }).tensor).toBe('fc.weight');
    const error = errorOf(() => detectHead(file, { head: 'other.weight', weights: 'ema' }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(
      'x.safetensors: there is no tensor other.weight among the averaged weights, as --head asks.',
    );
    const plain = await weights({ 'fc.weight': [10, 8] });
    expect(() => detectHead(plain, { head: 'fc.weight', weights: 'ema' })).toThrow(/holds no averaged weights/);
  });

  it('does not choose between equals', async () => {
    const file = await weights({ 'a.fc.weight': [10, 8], 'b.fc.weight': [10, 8] });
    const error = errorOf(() => detectHead(file));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(
      'x.safetensors: 2 tensors may be the classifier head: a.fc.weight (10×8), b.fc.weight (10×8).',
    );
    expect(error.hint).toBe('Name the one you mean: --head a.fc.weight or --head b.fc.weight.');
  });

  it('says so when there is none, when the count is wrong, and when it has one class', async () => {
    const two = await weights({ 'a.weight': [8, 7], 'b.weight': [16, 9], 'c.bias': [3] });
    const ten = await weights({ 'fc.weight': [10, 8] });
    const single = await weights({ 'fc.weight': [1, 8] });
    const none = errorOf(() => detectHead(two));
    expect(none).toBeInstanceOf(UnsupportedError);
    expect(none.message).toBe(
      'x.safetensors: no classifier head was found among 3 tensors: a.weight (8×7) reads what no layer makes; b.weight (16×9) reads what no layer makes.',
    );
    const wrong = errorOf(() => detectHead(ten, { classCount: 100 }));
    expect(wrong).toBeInstanceOf(IncomparableError);
    expect(wrong.message).toBe(
      'x.safetensors: no classifier head has 100 rows, one for each class; there are fc.weight (10×8).',
    );
    const one = errorOf(() => detectHead(single));
    expect(one).toBeInstanceOf(UnsupportedError);
    expect(one.message).toBe('x.safetensors: the head fc.weight (1×8) has one class; similarity needs at least two.');
  });
});

describe('--head', () => {
  const shapes = {
    'module.fc.weight': [10, 8],
    'module.fc.bias': [10],
    'a.proj.weight': [8, 8],
    'b.proj.weight': [8, 8],
    void: [10, 0],
  };

  it('takes a whole name or the end of one', async () => {
    const file = await weights(shapes);
    expect(detectHead(file, { head: 'a.proj.weight' })).toMatchObject({
      tensor: 'a.proj.weight',
      reason: 'named by --head',
    });
    expect(detectHead(file, { head: 'fc.weight' }).tensor).toBe('module.fc.weight');
  });

  it('takes the axis that has the class count', async () => {
    const choice = detectHead(await weights({ w: [4, 3] }), { head: 'w', classCount: 3 });
    expect(choice).toMatchObject({ classAxis: 1, classes: 3, features: 4 });
    expect(Array.from((await choice.readTemplates()).data)).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  });

  it.each<[string, string, number | undefined, string, string | undefined]>([
    [
      'a name that is not there',
      'modul.fc.weigth',
      undefined,
      'x.safetensors: there is no tensor modul.fc.weigth, as --head asks.',
      'The closest names are module.fc.weight (10×8), module.fc.bias (10), a.proj.weight (8×8).',
    ],
    [
      'an end that two have',
      'proj.weight',
      undefined,
      'x.safetensors: 2 tensors end in proj.weight, as --head asks.',
      'They are a.proj.weight (8×8), b.proj.weight (8×8).',
    ],
    [
      'a vector',
      'fc.bias',
      undefined,
      'x.safetensors: the tensor module.fc.bias (f32 10) cannot be a head; a matrix of real numbers, classes × features, is needed.',
      undefined,
    ],
    [
      'a matrix without features',
      'void',
      undefined,
      'x.safetensors: the tensor void (f32 10×0) cannot be a head; a matrix of real numbers, classes × features, is needed.',
      undefined,
    ],
    [
      'a wrong class count',
      'fc.weight',
      100,
      'x.safetensors: the head module.fc.weight (10×8) has 10 rows, but there are 100 classes.',
      'Give labels with one line for each row of the head, in its order.',
    ],
  ])('refuses %s', async (_, head, classCount, expected, hint) => {
    const file = await weights(shapes);
    const error = errorOf(() => detectHead(file, { head, classCount }));
    expect(error).toBeInstanceOf(classCount === undefined ? UsageError : IncomparableError);
    expect(error.message).toBe(expected);
    expect(error.hint).toBe(hint);
  });
});

describe('the head of a graph', () => {
  it('is the layer that the outputs lead back to, and not the features before it', async () => {
    const nodes = [node('y MatMul f w2'), node('f Relu g'), node('g MatMul x w1')];
    const tensors = [weight('w1', 4, 6), weight('w2', 6, 3)];
    const choice = detectHead(await onnx({ nodes, tensors, outputs: ['f', 'y'] }));
    expect(choice).toMatchObject({
      tensor: 'w2',
      classAxis: 1,
      classes: 3,
      features: 6,
      reason: 'weight of the MatMul that the graph output y leads back to (MatMul)',
      rejected: [{ tensor: 'w1', shape: [4, 6], reason: 'makes features for w2' }],
    });
    const templates = await choice.readTemplates();
    expect(templates).toMatchObject({ rows: 3, cols: 6, zeroRows: [] });
    expect(Array.from(templates.data.subarray(0, 6))).toEqual([1, 4, 7, 10, 13, 16]);
  });

  it('keeps the rows that the graph keeps', async () => {
    const slice: NodeSpec = { op: 'Slice', inputs: ['z', 'a', 'b', 'a'], outputs: ['y'] };
    const bound = (name: string, value: number): TensorSpec => ({ name, type: 'i64', shape: [1], values: [value] });
    const tensors = [weight('w', 2, 4), bound('a', 1), bound('b', 9)];
    const choice = detectHead(await onnx({ nodes: [slice, node('z MatMul x w')], tensors, outputs: ['y'] }));
    expect(choice).toMatchObject({ classes: 3, droppedRows: [0] });
    expect(Array.from((await choice.readTemplates()).data)).toEqual([2, 6, 3, 7, 4, 8]);
  });

  it('is told from a second output by class count, name or softmax', async () => {
    const nodes = [node('logits MatMul x w1'), node('boxes Sigmoid b'), node('b MatMul x w2')];
    const tensors = [weight('w1', 4, 7), weight('w2', 4, 4)];
    const file = await onnx({ nodes, tensors, outputs: ['boxes', 'logits'] });
    expect(detectHead(file).tensor).toBe('w1');
    expect(detectHead(file, { classCount: 4 }).tensor).toBe('w2');
    const softmax = [node('y1 Softmax a'), node('a MatMul x w1'), node('y2 MatMul x w2')];
    expect(detectHead(await onnx({ nodes: softmax, tensors, outputs: ['y1', 'y2'] })).tensor).toBe('w1');
  });

  it('is not guessed for a feature extractor', async () => {
    const nodes = [node('y GlobalAveragePool c'), node('c Relu d'), node('d Conv x w')];
    const file = await onnx({ nodes, tensors: [weight('w', 6, 4, 1, 1)], outputs: ['y'] });
    expect(errorOf(() => detectHead(file)).message).toBe(
      'x.onnx: no classifier head was found among 1 tensor: w (6×4×1×1) its output passes Relu and no softmax: perhaps features.',
    );
    expect(detectHead(file, { classCount: 6 }).tensor).toBe('w');
    const stop = await onnx({ nodes: [node('y LayerNormalization x')], tensors: [weight('w', 6, 4)], outputs: ['y'] });
    expect(errorOf(() => detectHead(stop)).message).toBe(
      'x.onnx: no classifier head was found among 1 tensor: the way back from y ends at LayerNormalization.',
    );
  });

  it('may be any linear layer of the graph that --head names', async () => {
    const nodes = [node('y MatMul f w2'), node('f Relu g'), node('g MatMul x w1')];
    const file = await onnx({ nodes, tensors: [weight('w1', 4, 6), weight('w2', 6, 3)], outputs: ['y'] });
    expect(detectHead(file, { head: 'w1' })).toMatchObject({ classAxis: 1, classes: 6, features: 4 });
  });
});

describe('class templates', () => {
  const head = async (values: number[], shape: number[]) => {
    const file = await openModel(
      memorySource('x.safetensors', writeSafetensors({ 'fc.weight': { shape, data: Float32Array.from(values) } })),
    );
    return detectHead(file).readTemplates();
  };

  it('flatten 1×1 kernels, and name the rows without a direction', async () => {
    expect(await head([1, 2, 0, 0, 3, 4, 0, 0], [4, 2, 1, 1])).toEqual({
      rows: 4,
      cols: 2,
      data: Float32Array.of(1, 2, 0, 0, 3, 4, 0, 0),
      zeroRows: [1, 3],
    });
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
  ])('refuse %s, naming the tensor and the first row', async (name, value) => {
    const reading = head([1, 2, 3, value, 5, value], [3, 2]);
    await expect(reading).rejects.toThrow(FormatError);
    await expect(reading).rejects.toThrow(
      `x.safetensors: tensor fc.weight holds ${name} in row 1; class templates must be finite.`,
    );
  });
});

it('lists eight candidates in a message and counts the rest', async () => {
  const names = [...'abcdefghij'].map((letter) => `m${letter}.fc.weight`);
  const file = await weights(Object.fromEntries(names.map((name) => [name, [3, 2]])));
  expect(errorOf(() => detectHead(file)).message).toMatch(
    /: 10 tensors .*: ma\.fc\.weight \(3×2\), .*, mh\.fc\.weight \(3×2\) and 2 more\.$/,
  );
});

it('ends in a choice or a SemblanceError for any names, shapes and options', async () => {
  const part = fc.constantFrom('fc', 'head', 'classifier', '3', 'ema', 'aux', 'optimizer', 'kernel', 'weight', 'é', '');
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const options = fc.record(
    { classCount: fc.integer({ min: 0, max: 5 }), head: fc.oneof(name, part) },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, shape, { maxKeys: 6 }), options, async (shapes, wanted) => {
      const file = await weights(shapes);
      try {
        const choice = detectHead(file, wanted);
        const templates = await choice.readTemplates();
        expect([templates.rows, templates.cols]).toEqual([choice.classes, choice.features]);
        if (wanted.classCount !== undefined)
          expect([wanted.classCount, wanted.classCount + 1]).toContain(choice.classes);
      } catch (error) {
        if (!(error instanceof SemblanceError)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
