/** Writes the files of Flax, Caffe, Darknet, MXNet and Core ML in the corpus: node test/support/write-neighbour-cases.mjs */
import { mkdirSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { counting, f32 } = await import('./byte-writer.ts');
const { FlaxArray, msgpack } = await import('./msgpack-writer.ts');
const { caffeModel } = await import('./caffe-writer.ts');
const { CLASSIFIER_CFG, CLASSIFIER_VALUES, darknetWeights } = await import('./darknet-writer.ts');
const { mxnetParams } = await import('./mxnet-writer.ts');
const { convolution, coremlModel, innerProduct, layer: step, quantised } = await import('./coreml-writer.ts');
const { message } = await import('./onnx-writer.ts');

const size = (shape) => shape.reduce((a, b) => a * b, 1);
const save = (folder, files) => {
  const path = new URL(`../fixtures/cases/formats/${folder}/`, import.meta.url);
  mkdirSync(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(new URL(name, path), content);
};

const array = (...shape) => new FlaxArray(shape, 'float32', f32(...counting(size(shape))));
const dense = (inputs, outputs) => ({ kernel: array(inputs, outputs), bias: array(outputs) });
save('flax-msgpack', {
  'flax_model.msgpack': msgpack({ params: { encoder: dense(6, 8), classifier: dense(8, 5) } }),
  'train_state.msgpack': msgpack({
    step: 12,
    params: { Dense_0: dense(6, 8), Dense_1: dense(8, 5) },
    opt_state: {
      0: { mu: { Dense_1: dense(8, 5) }, count: new FlaxArray([], 'int32', Uint8Array.of(12, 0, 0, 0), 3) },
    },
    batch_stats: {
      big: {
        __msgpack_chunked_array__: true,
        shape: { 0: 3, 1: 2 },
        chunks: { 0: array(4), 1: array(2) },
      },
    },
  }),
});

const layer = (name, type, from, to, weights, settings = {}) => ({
  name,
  type,
  bottoms: [from].flat(),
  tops: [to].flat(),
  blobs: weights
    ? [
        { shape: weights, values: counting(size(weights)) },
        { shape: [weights[0]], values: counting(weights[0]) },
      ]
    : [],
  settings,
});
const conv1 = layer('conv1', 'Convolution', 'data', 'conv1', [4, 3, 3, 3]);
const relu1 = layer('relu1', 'ReLU', 'conv1', 'conv1');
const inner = [
  layer('fc7', 'InnerProduct', 'conv1', 'fc7', [8, 16]),
  layer('fc8', 'InnerProduct', 'fc7', 'fc8', [5, 8]),
];
save('caffe-caffemodel', {
  'deploy.caffemodel': caffeModel([conv1, relu1, ...inner, layer('prob', 'Softmax', 'fc8', 'prob')]),
  'snapshot_v1.caffemodel': caffeModel(
    [
      layer('data', 'Data', [], ['data', 'label']),
      conv1,
      relu1,
      ...inner.map((one) => ({
        ...one,
        blobs: one.blobs.map(({ shape, values }) => ({ sides: [1, 1, 1, 1, ...shape].slice(-4), values })),
      })),
      layer('loss', 'SoftmaxWithLoss', ['fc8', 'label'], 'loss'),
    ],
    'V1',
  ),
  'squeezenet_like.caffemodel': caffeModel([
    conv1,
    relu1,
    layer('conv10', 'Convolution', 'conv1', 'conv10', [5, 4, 1, 1]),
    layer('relu10', 'ReLU', 'conv10', 'conv10'),
    layer('pool10', 'Pooling', 'conv10', 'pool10', undefined, { 121: message([1, 1]) }),
    layer('prob', 'Softmax', 'pool10', 'prob'),
  ]),
});

const yolo = (filters, mask) =>
  `[convolutional]\nfilters=${filters}\nsize=1\nactivation=linear\n\n[yolo]\nmask=${mask}\nclasses=2\nnum=5\n\n`;
save('darknet-weights', {
  'classifier.cfg': CLASSIFIER_CFG,
  'classifier.weights': darknetWeights(CLASSIFIER_VALUES),
  'yolo.cfg': `[net]\nwidth=2\nheight=2\nchannels=3\n\n${yolo(14, '0,1')}[convolutional]\nfilters=4\nsize=1\nactivation=leaky\n\n${yolo(21, '2,3,4')}`,
  'yolo_final.weights': darknetWeights(counting(14 + 42 + 4 + 56 + 21 + 84)),
});

const parameter = (name, ...shape) => ({ name, shape, data: f32(...counting(size(shape))) });
const module = [
  parameter('arg:conv0_weight', 4, 3, 3, 3),
  parameter('arg:fc1_weight', 5, 8),
  parameter('arg:fc1_bias', 5),
  parameter('aux:bn0_moving_var', 4),
];
save('mxnet-params', {
  'module-0010.params': mxnetParams(module),
  'before_marks.params': mxnetParams(module, 0),
  'gluon.params': mxnetParams(
    [parameter('features.0.weight', 8, 6), parameter('output.weight', 5, 8), parameter('output.bias', 5)],
    3,
  ),
});

const before = [
  convolution('conv1', 'image', [4, 3, 2, 2], counting(48)),
  step('relu1', 130, 'conv1', message([10, new Uint8Array()])),
];
const pooled = [...before, step('pool', 120, 'relu1', message([1, 1]))];
const places = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
save('coreml-mlmodel', {
  'classifier.mlmodel': coremlModel(
    [...pooled, innerProduct('fc', 'pool', 3, 4, counting(12)), step('prob', 175, 'fc')],
    ['cat', 'dog', 'owl'],
  ),
  'quantised.mlmodel': coremlModel([
    ...pooled,
    innerProduct('fc', 'pool', 3, 4, quantised(8, places, { scale: [1, 2, 3], bias: [0, 0, 1] })),
    step('prob', 175, 'fc'),
  ]),
  'table.mlmodel': coremlModel([
    ...before,
    convolution(
      'conv2',
      'relu1',
      [3, 4, 1, 1],
      quantised(2, [0b00011011, 0b11100100, 0b00110011], { table: [-1, 0, 1, 2] }),
    ),
    step('mean', 120, 'conv2', message([1, 1])),
    step('flat', 301, 'mean'),
    step('prob', 175, 'flat'),
  ]),
});
