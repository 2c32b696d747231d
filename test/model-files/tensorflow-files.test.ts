import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fileSource } from '#src/base/bytes/file-source.ts';
import { contentHash } from '#src/model-files/content-hash.ts';
import { detectHead } from '#src/model-files/head/detect-head.ts';
import { openModel } from '#src/model-files/open-model.ts';
import { modelSource } from '#src/model-files/remote/model-source.ts';

const folder = fileURLToPath(new URL('../fixtures/cases/formats', import.meta.url));

/** Written by TensorFlow 2.21 and Keras 3.15; first values and sum of the head are TensorFlow's own. */
const FILES: [path: string, head: object, way: string, first: number[], sum: number][] = [
  [
    'tensorflow-saved-model/keras-export/saved_model.pb',
    { tensor: 'Logits/kernel', classes: 10, features: 6, classAxis: 3 },
    'Softmax ← Reshape ← BiasAdd ← Conv2D',
    [-0.032119, 0.081438, 0.445107],
    0.4814,
  ],
  [
    'tensorflow-saved-model/module/saved_model.pb',
    { tensor: 'w2', classes: 5, features: 16, classAxis: 1 },
    'Softmax ← AddV2 ← MatMul',
    [-0.627743, 0.18665, 0.52914],
    -3.7548,
  ],
  [
    'tensorflow-saved-model/tf1/saved_model.pb',
    { tensor: 'logits/kernel', classes: 7, features: 16 },
    'Softmax ← BiasAdd ← MatMul',
    [-0.681775, -1.877124, -1.89373],
    -10.0392,
  ],
  [
    'tensorflow-checkpoint/keras.index',
    { tensor: 'net/scores/kernel', classes: 10, features: 16 },
    'at the end of the widths 4 → 16 → 10',
    [-0.444464, 0.077251, 0.35377],
    -0.8465,
  ],
  [
    'tensorflow-checkpoint/module-1.index',
    { tensor: 'model/w2', classes: 5, features: 16 },
    'at the end of the widths 12 → 16 → 5',
    [-0.627743, 0.18665, 0.52914],
    -3.7548,
  ],
  [
    'tensorflow-checkpoint/model.ckpt-100.index',
    { tensor: 'logits/kernel', classes: 7, features: 16 },
    'has a usual name of a classifier head',
    [-0.681775, -1.877124, -1.89373],
    -10.0392,
  ],
  [
    'tensorflow-frozen-graph/keras.pb',
    { tensor: 'net_1/scores_1/Cast/ReadVariableOp/resource', classes: 10, features: 16 },
    'Softmax ← BiasAdd ← MatMul',
    [-0.444464, 0.077251, 0.35377],
    -0.8465,
  ],
  [
    'tensorflow-frozen-graph/module.pb',
    { tensor: 'matmul_1/ReadVariableOp/resource', classes: 5, features: 16 },
    'Softmax ← AddV2 ← MatMul',
    [-0.627743, 0.18665, 0.52914],
    -3.7548,
  ],
  [
    'tensorflow-frozen-graph/tf1.pb',
    { tensor: 'logits/kernel', classes: 7, features: 16 },
    'Softmax ← BiasAdd ← MatMul',
    [-0.681775, -1.877124, -1.89373],
    -10.0392,
  ],
  [
    'tensorflow-frozen-graph/quant.pb',
    { tensor: 'weights', classes: 4, features: 6 },
    'computed by Dequantize from weights_quint8_const',
    [0.579114, 0.073705, -0.789701],
    0.4317,
  ],
  [
    'tensorflow-frozen-graph/fakequant.pb',
    { tensor: 'fq', classes: 4, features: 6 },
    'computed by FakeQuantWithMinMaxVars from W',
    [0.856693, 0.281102, 1.070866],
    -1.6866,
  ],
  [
    'tensorflow-frozen-graph/half-topk.pb',
    { tensor: 'W16', classes: 4, features: 6 },
    'TopKV2 ← Softmax ← MatMul',
    [-1.673828, -1.051758, 0.075378],
    3.3387,
  ],
];

describe('files that TensorFlow wrote', () => {
  it.each(FILES)('%s', async (path, expected, way, first, sum) => {
    const head = detectHead(await openModel(await fileSource(`${folder}/${path}`)));
    expect(head).toMatchObject(expected);
    expect(head.reason).toContain(way);
    const { data } = await head.readTemplates();
    for (const [i, value] of first.entries()) expect(data[i]).toBeCloseTo(value, 5);
    expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 3);
  });

  it('lists each variable of an export of Keras once, and what the network reads of constants', async () => {
    const file = await openModel(await fileSource(`${folder}/tensorflow-saved-model/keras-export/saved_model.pb`));
    const variables = [...file.tensors.keys()].filter((name) => !name.startsWith('StatefulPartitionedCall'));
    expect(variables).toEqual(['conv2d/kernel', 'Logits/kernel', 'Logits/bias', 'conv2d/bias']);
    expect(file.metadata).toMatchObject({ tags: 'serve' });
  });

  it('refuses a variable in parts, and lists none of the parts', async () => {
    const file = await openModel(await fileSource(`${folder}/tensorflow-checkpoint/model.ckpt-100.index`));
    expect([...file.tensors.keys()]).toEqual([
      'hidden/bias',
      'hidden/kernel',
      'logits/bias',
      'logits/kernel',
      'parts/kernel',
    ]);
    expect(() => detectHead(file, { head: 'parts/kernel' })).toThrow(
      'model.ckpt-100.index: the head parts/kernel is stored in parts by a partitioner, which is not read.',
    );
  });

  it('takes the folder of a SavedModel for it', async () => {
    const source = await modelSource(`${folder}/tensorflow-saved-model/module`);
    expect(source.name).toBe('saved_model.pb');
    expect(detectHead(await openModel(source)).tensor).toBe('w2');
  });

  it('tells what a graph without weights lacks', async () => {
    const source = await fileSource(`${folder}/tensorflow-frozen-graph/graph-without-weights.pb`);
    await expect(openModel(source)).rejects.toThrow(
      'graph-without-weights.pb: is a graph of TensorFlow without weights: hidden/kernel and others are variables, whose values lie in a checkpoint.',
    );
  });

  it('counts the files of values in the hash of a model', async () => {
    for (const path of ['tensorflow-saved-model/module/saved_model.pb', 'tensorflow-checkpoint/keras.index']) {
      const source = await fileSource(`${folder}/${path}`);
      const hash = await contentHash(source);
      expect(hash).toMatch(/^[\da-f]{64}$/);
      expect(hash).not.toBe(await source.sha256());
    }
  });
});
