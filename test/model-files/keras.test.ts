import { describe, expect, it } from 'vitest';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import type { ModelFile } from '#src/model-files/model-file.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { type H5Spec, writeH5 } from '../support/h5-writer.ts';
import { functional, layer, layer3, sequential } from '../support/keras-config.ts';
import { zipArchive } from '../support/zip-writer.ts';

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

async function openH5(spec: H5Spec, libver?: 'latest'): Promise<ModelFile> {
  return openModel(memorySource('net.h5', await writeH5(spec, libver)));
}

/** A weight in the group of its layer, as Keras 2 nests it. */
const kernel = (name: string, shape: number[], weight = 'kernel:0'): H5Spec => ({
  groups: { [name]: { datasets: { [weight]: { shape }, 'bias:0': { shape: [shape.at(-1)!] } } } },
});

const twoDense = functional(
  [
    layer('InputLayer', 'input_1'),
    layer('Dense', 'hidden', ['input_1'], { units: 7, activation: 'relu' }),
    layer('Dropout', 'dropout', ['hidden']),
    layer('Dense', 'scores', ['dropout'], { units: 5, activation: 'linear' }),
    layer('Activation', 'softmax', ['scores'], { activation: 'softmax' }),
  ],
  ['input_1'],
  ['softmax'],
);
const twoDenseWeights = { hidden: kernel('hidden', [4, 7]), scores: kernel('scores', [7, 5]) };

describe('Keras 2 in HDF5', () => {
  it('finds the last Dense of a functional model and gives its columns as templates', async () => {
    const file = await openH5({
      attributes: { model_config: JSON.stringify(twoDense), keras_version: '2.4.0', backend: 'tensorflow' },
      groups: { model_weights: { groups: twoDenseWeights } },
    });
    expect(file).toMatchObject({ format: 'keras-h5', metadata: { keras_version: '2.4.0', model: 'net' } });
    const head = detectHead(file);
    expect(head).toMatchObject({
      tensor: 'model_weights/scores/scores/kernel:0',
      classAxis: 1,
      classes: 5,
      features: 7,
    });
    expect(head.reason).toBe('weight of the Dense that the graph output softmax leads back to (softmax ← Dense)');
    const { data } = await head.readTemplates();
    expect([...data.subarray(0, 7)]).toEqual([0, 5, 10, 15, 20, 25, 30]);
  });

  it('never takes an optimizer slot, whatever it is called', async () => {
    const slots: H5Spec = { groups: { kernel: { datasets: { 'm:0': { shape: [4, 1000] } } } } };
    const file = await openH5({
      groups: {
        model_weights: { groups: { dense: kernel('dense', [4, 1000]) } },
        optimizer_weights: { groups: { Adam: { groups: { dense: slots } } } },
      },
    });
    expect(file.graphHeads).toBeUndefined();
    expect(file.tensors.get('optimizer_weights/Adam/dense/kernel/m:0')?.shape).toEqual([4, 1000]);
    expect(detectHead(file).tensor).toBe('model_weights/dense/dense/kernel:0');
  });

  it('reads a head that is a convolution of 1×1, behind global pooling', async () => {
    const config = sequential([
      { class_name: 'Conv2D', config: { name: 'features', activation: 'relu' } },
      { class_name: 'Conv2D', config: { name: 'classes', activation: 'linear' } },
      { class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } },
      { class_name: 'Softmax', config: { name: 'softmax' } },
    ]);
    const file = await openH5({
      attributes: { model_config: JSON.stringify(config) },
      groups: {
        model_weights: {
          groups: { features: kernel('features', [3, 3, 2, 4]), classes: kernel('classes', [1, 1, 4, 6]) },
        },
      },
    });
    expect(detectHead(file)).toMatchObject({
      tensor: 'model_weights/classes/classes/kernel:0',
      classAxis: 3,
      classes: 6,
      features: 4,
    });
  });

  it('looks into models used as layers', async () => {
    const inner = functional(
      [
        layer('InputLayer', 'in'),
        layer('Conv2D', 'stem', ['in']),
        layer('GlobalAveragePooling2D', 'pool', ['stem']),
        layer('Dense', 'top', ['pool'], { activation: 'softmax' }),
      ],
      ['in'],
      ['top'],
    );
    const outer = sequential([{ ...inner, config: { ...(inner.config as object), name: 'backbone' } }]);
    const file = await openH5({
      attributes: { model_config: JSON.stringify(outer) },
      groups: {
        model_weights: {
          groups: { backbone: { groups: { ...kernel('stem', [1, 1, 3, 8]).groups, ...kernel('top', [8, 5]).groups } } },
        },
      },
    });
    expect(file.graphHeads).toMatchObject([
      { tensor: 'model_weights/backbone/top/kernel:0', classAxis: 1, path: ['Model', 'softmax', 'Dense'] },
    ]);
    expect(file.linearLayers?.map(({ tensor }) => tensor)).toEqual([
      'model_weights/backbone/stem/kernel:0',
      'model_weights/backbone/top/kernel:0',
    ]);
  });

  it('finds a head in bare weights by its name', async () => {
    const file = await openH5({
      groups: { conv: kernel('conv', [3, 3, 2, 4]), predictions: kernel('predictions', [4, 6]) },
    });
    expect(detectHead(file)).toMatchObject({ tensor: 'predictions/predictions/kernel:0', classes: 6, features: 4 });
  });

  it('averages of two heads offer both', async () => {
    const config = functional(
      [
        layer('InputLayer', 'x'),
        layer('Dense', 'head', ['x']),
        layer('Dense', 'head_dist', ['x']),
        layer('Average', 'mean', ['head', 'head_dist']),
      ],
      ['x'],
      ['mean'],
    );
    const file = await openH5({
      attributes: { model_config: JSON.stringify(config) },
      groups: { model_weights: { groups: { head: kernel('head', [4, 5]), head_dist: kernel('head_dist', [4, 5]) } } },
    });
    expect(detectHead(file)).toMatchObject({
      tensor: 'model_weights/head/head/kernel:0',
      rejected: [{ reason: 'the head for distillation' }],
    });
  });
});

describe('Keras 1 in HDF5', () => {
  it('knows its names of weights and its lists of layers', async () => {
    const config = {
      class_name: 'Sequential',
      config: [
        { class_name: 'Dense', config: { name: 'dense_1', output_dim: 7, activation: 'relu' } },
        { class_name: 'Dense', config: { name: 'dense_2', output_dim: 5, activation: 'softmax' } },
      ],
    };
    const groups = {
      dense_1: { datasets: { dense_1_W: { shape: [4, 7] }, dense_1_b: { shape: [7] } } },
      dense_2: { datasets: { dense_2_W: { shape: [7, 5] }, dense_2_b: { shape: [5] } } },
    };
    const whole = await openH5({
      attributes: { model_config: JSON.stringify(config) },
      groups: { model_weights: { groups } },
    });
    expect(whole.graphHeads).toMatchObject([{ tensor: 'model_weights/dense_2/dense_2_W', classAxis: 1 }]);
    expect(detectHead(await openH5({ groups })).tensor).toBe('dense_2/dense_2_W');
  });

  it('reads kernels in the order of Theano', async () => {
    const config = {
      class_name: 'Sequential',
      config: [
        { class_name: 'Convolution2D', config: { name: 'conv', dim_ordering: 'th', nb_filter: 6 } },
        { class_name: 'Activation', config: { name: 'out', activation: 'softmax' } },
      ],
    };
    const file = await openH5({
      attributes: { model_config: JSON.stringify(config) },
      groups: { model_weights: { groups: { conv: { datasets: { conv_W: { shape: [6, 4, 1, 1] } } } } } },
    });
    expect(file.graphHeads).toMatchObject([{ tensor: 'model_weights/conv/conv_W', classAxis: 0 }]);
  });
});

const keras3 = functional(
  [
    layer3('InputLayer', 'input_layer'),
    layer3('Dense', 'hidden', ['input_layer'], { activation: 'relu' }),
    layer3('GlobalAveragePooling2D', 'pool', ['hidden']),
    layer3('Dense', 'scores', ['pool'], { activation: { class_name: 'function', config: 'softmax' } }),
  ],
  ['input_layer'],
  ['scores'],
);
/** Layers are named for their class and their place, and the optimizer has slots of the same shapes. */
const keras3Weights = (container: string): H5Spec => ({
  groups: {
    [container]: {
      groups: {
        dense: { groups: { vars: { datasets: { '0': { shape: [4, 7] }, '1': { shape: [7] } } } } },
        dense_1: { groups: { vars: { datasets: { '0': { shape: [7, 5] }, '1': { shape: [5] } } } } },
      },
    },
    optimizer: { groups: { vars: { datasets: { '1': { shape: [7, 5] }, '2': { shape: [7, 5] } } } } },
  },
});

describe('Keras 3', () => {
  it.each([
    ['layers', false],
    ['_layer_checkpoint_dependencies', false],
    ['layers', true],
  ])('opens a .keras archive with its weights below %s (deflated: %s)', async (container, deflate) => {
    const bytes = zipArchive([
      { name: 'metadata.json', bytes: text({ keras_version: '3.5.0', date_saved: '2025-01-01' }), deflate },
      { name: 'config.json', bytes: text(keras3), deflate },
      { name: 'model.weights.h5', bytes: await writeH5(keras3Weights(container)), deflate },
    ]);
    const file = await openModel(memorySource('net.keras', bytes));
    expect(file).toMatchObject({ format: 'keras', metadata: { keras_version: '3.5.0', model: 'net' } });
    const head = detectHead(file);
    expect(head).toMatchObject({ tensor: `${container}/dense_1/vars/0`, classAxis: 1, classes: 5, features: 7 });
    expect(head.reason).toContain('(softmax ← Dense)');
  });

  it('finds the last Dense in bare weights, and no optimizer slot', async () => {
    const file = await openH5(keras3Weights('layers'));
    expect(detectHead(file).tensor).toBe('layers/dense_1/vars/0');
  });

  it('follows the place of a layer within models within models', async () => {
    const inner = functional(
      [layer3('InputLayer', 'in'), layer3('Dense', 'a', ['in']), layer3('Dense', 'b', ['a'])],
      ['in'],
      ['b'],
    );
    const outer = functional(
      [
        layer3('InputLayer', 'x'),
        layer3('Dense', 'first', ['x']),
        { ...layer3('Functional', 'inner', ['first']), config: inner.config },
        layer3('Softmax', 'softmax', ['inner']),
      ],
      ['x'],
      ['softmax'],
    );
    const dense = (shape: number[]) => ({ groups: { vars: { datasets: { '0': { shape } } } } });
    const weights: H5Spec = {
      groups: {
        layers: {
          groups: {
            dense: dense([4, 4]),
            functional: { groups: { layers: { groups: { dense: dense([4, 4]), dense_1: dense([4, 6]) } } } },
          },
        },
      },
    };
    const bytes = zipArchive([
      { name: 'config.json', bytes: text(outer) },
      { name: 'model.weights.h5', bytes: await writeH5(weights) },
    ]);
    const file = await openModel(memorySource('net.keras', bytes));
    expect(file.graphHeads?.map(({ tensor }) => tensor)).toEqual(['layers/functional/layers/dense_1/vars/0']);
  });
});

describe('HDF5', () => {
  it.each([
    ['contiguous', { shape: [9, 7] }],
    ['in chunks', { shape: [9, 7], chunks: [4, 3] }],
    ['in deflated chunks', { shape: [9, 7], chunks: [4, 3], compression: 6 }],
    ['in one dimension of chunks', { shape: [63], chunks: [10] }],
    ['in three dimensions of chunks', { shape: [5, 3, 4], chunks: [2, 2, 3], compression: 1 }],
    ['as float64', { shape: [9, 7], dtype: '<d' }],
    ['as int32', { shape: [9, 7], dtype: '<i' }],
  ])('reads values stored %s', async (_how, dataset) => {
    const file = await openH5({ datasets: { w: dataset } });
    const { shape, data } = await file.tensors.get('w')!.read();
    expect(shape).toEqual(dataset.shape);
    expect([...data]).toEqual(Array.from(data, (_, i) => i));
  });

  it('lists groups of more links than a node of their tree holds', async () => {
    const names = Array.from({ length: 700 }, (_, i) => `layer_${i}`);
    const file = await openH5({ datasets: Object.fromEntries(names.map((name) => [name, { shape: [2] }])) });
    expect([...file.tensors.keys()].sort()).toEqual(names.sort());
  });

  it('reads a configuration longer than a header message', async () => {
    const long = sequential([
      { class_name: 'Dense', config: { name: 'dense', note: 'x'.repeat(50_000) } },
      { class_name: 'Softmax', config: { name: 'softmax' } },
    ]);
    const file = await openH5({
      attributes: { model_config: JSON.stringify(long) },
      groups: { model_weights: { groups: { dense: kernel('dense', [4, 6]) } } },
    });
    expect(file.graphHeads).toHaveLength(1);
  });

  it('reads the newest form of headers as long as links are few', async () => {
    const file = await openH5({ groups: { dense: kernel('dense', [4, 6]) } }, 'latest');
    expect(detectHead(file)).toMatchObject({ tensor: 'dense/dense/kernel:0', classes: 6 });
  });
});
