import { describe, expect, it } from 'vitest';
import { lastSpatialLayer, layersByDepth, readableLayers } from '#src/activations/model/choose-by-depth.ts';
import { probeModel } from '#src/activations/model/vision-model.ts';
import { loadRuntime } from '#src/activations/runtime/node-runtime.ts';
import { memorySource } from '#src/base/bytes/byte-source.ts';
import { createRandom } from '#src/statistics/random.ts';
import { type NodeSpec, type TensorSpec, valueInfo, writeOnnx } from '../support/onnx-writer.ts';

const random = createRandom(3);
const weights = (name: string, ...shape: number[]): TensorSpec => ({
  name,
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
});
const numbers = (name: string, ...values: number[]): TensorSpec => ({
  name,
  shape: [values.length],
  type: 'i64',
  values,
});
const node = (op: string, inputs: string, output: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op,
  inputs: inputs.split(' '),
  outputs: [output],
  attributes,
});

/** The layers of a network for pictures of that size. */
async function layersOf(
  [height, width]: [number, number],
  nodes: NodeSpec[],
  tensors: TensorSpec[],
  outputs: string[],
) {
  const bytes = writeOnnx({
    inputs: [valueInfo('x', [1, 3, height, width])],
    outputs: outputs.map((name) => valueInfo(name)),
    tensors,
    nodes,
  });
  const { layers } = await probeModel({ source: memorySource('made.onnx', bytes) }, { runtime: () => loadRuntime() });
  const named = (name: string) => layers.find((layer) => layer.name === name)!;
  return { layers, named, last: () => lastSpatialLayer(readableLayers(layers, null)).name };
}

/** A LayerNorm of the last axis in parts, as exporters wrote it before there was an operator. */
const layerNorm = (from: string, to: string): NodeSpec[] => [
  node('ReduceMean', from, `${to}.mean`, { axes: [-1] }),
  node('Sub', `${from} ${to}.mean`, `${to}.centred`),
  node('Pow', `${to}.centred two`, `${to}.squares`),
  node('ReduceMean', `${to}.squares`, `${to}.variance`, { axes: [-1] }),
  node('Add', `${to}.variance epsilon`, `${to}.stabilised`),
  node('Sqrt', `${to}.stabilised`, `${to}.deviation`),
  node('Div', `${to}.centred ${to}.deviation`, `${to}.normal`),
  node('Mul', `${to}.normal gamma`, `${to}.scaled`),
  node('Add', `${to}.scaled beta`, to),
];
const NORM = [
  { name: 'two', shape: [], values: [2] },
  { name: 'epsilon', shape: [], values: [1e-5] },
  weights('gamma', 6),
  weights('beta', 6),
];

describe('the layers of a graph', () => {
  it('are channels last behind a Transpose or a Reshape that a linear layer reads, and never a variance', async () => {
    const { layers, named, last } = await layersOf(
      [16, 16],
      [
        node('Conv', 'x w', 'stem', { strides: [2, 2] }),
        node('Transpose', 'stem', 'turned', { perm: [0, 2, 3, 1] }),
        // Windows and back: nothing tells the layout of what a Reshape makes but who reads it.
        node('Reshape', 'turned windows', 'cut'),
        node('Reshape', 'cut whole', 'joined'),
        ...layerNorm('joined', 'norm'),
        node('MatMul', 'norm linear', 'mixed'),
        node('Add', 'mixed turned', 'block'),
        node('Relu', 'block', 'end'),
      ],
      [
        weights('w', 6, 3, 2, 2),
        numbers('windows', 4, 16, 6),
        numbers('whole', 1, 8, 8, 6),
        ...NORM,
        weights('linear', 6, 6),
      ],
      ['end'],
    );
    expect(named('stem')).toMatchObject({ layout: 'nchw', channels: 6, layoutAssumed: false });
    for (const name of ['turned', 'joined', 'norm', 'mixed', 'block', 'end'])
      expect(named(name), name).toMatchObject({
        kind: 'map',
        layout: 'nhwc',
        channels: 6,
        extent: { height: 8, width: 8 },
        layoutAssumed: false,
      });
    expect(named('norm.stabilised').kind).toBe('other');
    expect(last()).toBe('end');
    for (const { name, channels } of layersByDepth(readableLayers(layers, null), 20)) expect(channels, name).toBe(6);
  });

  it('are no maps where tensors of the picture are multiplied: attention', async () => {
    const { named, layers, last } = await layersOf(
      [32, 32],
      [
        node('Conv', 'x w', 'stem', { strides: [4, 4] }),
        node('Reshape', 'stem heads', 'q'),
        node('Transpose', 'q', 'k', { perm: [0, 1, 3, 2] }),
        node('MatMul', 'k q', 'scores'),
        node('Mul', 'scores scale', 'scaled'),
        node('Softmax', 'scaled', 'attention'),
        node('MatMul', 'q attention', 'values'),
        node('Reshape', 'values map', 'back'),
        node('Relu', 'back', 'end'),
      ],
      [weights('w', 8, 3, 4, 4), numbers('heads', 1, 2, 4, 64), numbers('map', 1, 8, 8, 8), weights('scale', 1)],
      ['end'],
    );
    const read = layersByDepth(readableLayers(layers, null), 20).map(({ name }) => name);
    for (const name of ['scores', 'scaled', 'attention']) expect(read).not.toContain(name);
    // As deep as it is wide and high, and no operator behind it tells: the last layer that is known is taken.
    expect(named('end').kind).toBe('other');
    expect(last()).toBe('stem');
  });

  it('are no tokens where channels come before places, and tokens of the map where they come after', async () => {
    const { named, last } = await layersOf(
      [28, 28],
      [
        node('Conv', 'x w', 'stem', { strides: [4, 4] }),
        node('Reshape', 'stem flat', 'channels'),
        node('Transpose', 'channels', 'tokens', { perm: [0, 2, 1] }),
        node('Concat', 'cls tokens', 'all', { axis: 1 }),
      ],
      [weights('w', 32, 3, 4, 4), numbers('flat', 1, 32, 49), weights('cls', 1, 2, 32)],
      ['all'],
    );
    // 32 channels are no 4×4 patches behind 16 other tokens.
    expect(named('channels').kind).toBe('other');
    expect(named('tokens')).toMatchObject({ kind: 'tokens', extent: { height: 7, width: 7 }, leadingTokens: 0 });
    expect(named('all')).toMatchObject({ extent: { height: 7, width: 7 }, leadingTokens: 2 });
    expect(last()).toBe('all');
  });

  it('find the grid by the map before them where the size of the picture leaves two', async () => {
    // 17 tokens of 64×64: 16 patches of 16 pixels behind one other, or 4 of 32 behind 13.
    const { named } = await layersOf(
      [64, 64],
      [
        node('Conv', 'x w', 'stem', { strides: [16, 16] }),
        node('Reshape', 'stem flat', 'channels'),
        node('Transpose', 'channels', 'tokens', { perm: [0, 2, 1] }),
        node('Concat', 'cls tokens', 'all', { axis: 1 }),
      ],
      [weights('w', 5, 3, 16, 16), numbers('flat', 1, 5, 16), weights('cls', 1, 1, 5)],
      ['all'],
    );
    expect(named('all')).toMatchObject({ leadingTokens: 1, extent: { height: 4, width: 4 } });
  });

  it('are not read unasked where they are scores of a segmentation, branch by branch', async () => {
    const { named, last, layers } = await layersOf(
      [32, 32],
      [
        node('Conv', 'x w', 'stem', { strides: [4, 4] }),
        node('Relu', 'stem', 'features'),
        node('Conv', 'features high', 'first', {}),
        node('Conv', 'stem low', 'second', {}),
        node('Add', 'first second', 'sum'),
        node('ConvTranspose', 'sum up', 'scores', { strides: [4, 4] }),
        node('Softmax', 'scores', 'out', { axis: 1 }),
      ],
      [weights('w', 8, 3, 4, 4), weights('high', 5, 8, 1, 1), weights('low', 5, 8, 1, 1), weights('up', 5, 4, 4, 4)],
      ['out'],
    );
    for (const name of ['scores', 'out']) expect(named(name).isScore, name).toBe(true);
    for (const name of ['stem', 'features']) expect(named(name).isScore, name).toBe(false);
    expect(['features', 'sum']).toContain(last());
    expect(layersByDepth(readableLayers(layers, null)).map(({ name }) => name)).not.toContain('out');
  });

  it('are not read unasked where they are classes and boxes of a detector', async () => {
    // 64 queries would make a grid of 8×8 on a picture of 64×64.
    const { named, last } = await layersOf(
      [64, 64],
      [
        node('Conv', 'x w', 'stem', { strides: [4, 4] }),
        node('Reshape', 'stem flat', 'channels'),
        node('Transpose', 'channels', 'tokens', { perm: [0, 2, 1] }),
        node('Relu', 'tokens', 'encoded'),
        node('Slice', 'encoded start stop axis', 'queries'),
        node('MatMul', 'queries classes', 'products'),
        node('Add', 'products bias', 'logits'),
        node('MatMul', 'queries corners', 'corners_out'),
        node('Sigmoid', 'corners_out', 'boxes'),
      ],
      [
        weights('w', 6, 3, 4, 4),
        numbers('flat', 1, 6, 256),
        numbers('start', 0),
        numbers('stop', 64),
        numbers('axis', 1),
        weights('classes', 6, 9),
        weights('bias', 9),
        weights('corners', 6, 4),
      ],
      ['logits', 'boxes'],
    );
    for (const name of ['products', 'logits', 'corners_out', 'boxes']) expect(named(name).isScore, name).toBe(true);
    expect(named('encoded')).toMatchObject({ isScore: false, extent: { height: 16, width: 16 } });
    expect(['encoded', 'queries']).toContain(last());
  });

  it('are read where the output itself is a representation', async () => {
    const { last } = await layersOf(
      [32, 32],
      [node('Conv', 'x w', 'stem', { strides: [4, 4] }), node('Conv', 'stem v', 'deep'), node('Relu', 'deep', 'out')],
      [weights('w', 8, 3, 4, 4), weights('v', 5, 8, 1, 1)],
      ['out'],
    );
    expect(last()).toBe('out');
    const same = await layersOf(
      [32, 32],
      [node('Conv', 'x w', 'stem', { strides: [4, 4] }), node('Conv', 'stem v', 'pyramid')],
      [weights('w', 8, 3, 4, 4), weights('v', 8, 8, 1, 1)],
      ['pyramid'],
    );
    expect(same.last()).toBe('pyramid');
  });
});
