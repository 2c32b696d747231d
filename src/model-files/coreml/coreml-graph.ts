import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { Graph, GraphNode, NodeRole } from '../graph/graph.ts';
import { type CoremlLayer, KIND } from './read-layer.ts';

/** What kinds of layers are called, and whether scores pass them by their first input. */
const KINDS: Readonly<Record<number, readonly [name: string, passes?: true]>> = {
  100: ['convolution'],
  120: ['pooling'],
  130: ['activation', true],
  140: ['innerProduct'],
  150: ['embedding'],
  160: ['batchnorm'],
  170: ['l2normalize'],
  175: ['softmax', true],
  180: ['lrn'],
  245: ['scale'],
  250: ['bias', true],
  300: ['reshape', true],
  301: ['flatten', true],
  500: ['custom'],
  600: ['copy', true],
  660: ['clip', true],
  950: ['softmaxND', true],
  1120: ['squeeze', true],
  1125: ['expandDims', true],
  1130: ['flattenTo2D', true],
  1140: ['reshapeStatic', true],
  1150: ['rankPreservingReshape', true],
  1280: ['reduceMean', true],
};
/** Sums of several inputs, or of one and a number; the mean of several. */
const SUMS: Readonly<Record<number, string>> = { 230: 'add', 240: 'average', 880: 'addBroadcastable' };
/** Functions of activations whose names say something of what stands before them. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  5: 'linear',
  10: 'ReLU',
  15: 'leakyReLU',
  20: 'thresholdedReLU',
  25: 'PReLU',
  30: 'tanh',
  31: 'scaledTanh',
  40: 'sigmoid',
  41: 'sigmoidHard',
  50: 'ELU',
};
/** PoolingLayerParams.AVERAGE. */
const AVERAGE = 1;

/** The graph of a network, as the head walk needs it; its outputs are what no layer reads. */
export function coremlGraph(layers: readonly CoremlLayer[], tensors: ReadonlyMap<string, TensorEntry>): Graph {
  const read = new Set(layers.flatMap(({ inputs }) => inputs));
  const nodes = layers.map((layer): GraphNode => {
    const role = roleOf(layer);
    const weight = role.kind === 'linear' && tensors.has(`${layer.name}.weight`) ? [`${layer.name}.weight`] : [];
    return { op: nameOf(layer), inputs: [...layer.inputs, ...weight], outputs: layer.outputs, role };
  });
  return {
    outputs: [...new Set(layers.flatMap(({ outputs }) => outputs))].filter((output) => !read.has(output)),
    nodes,
    constants: tensors,
    rankOf: () => undefined,
    channelAxis: 1,
  };
}

function nameOf({ kind, function: by }: CoremlLayer): string {
  if (kind === KIND.activation) return FUNCTIONS[by] ?? 'activation';
  return KINDS[kind]?.[0] ?? SUMS[kind] ?? `layer of kind ${kind}`;
}

function roleOf({ kind, inputs, isPlain, function: by }: CoremlLayer): NodeRole {
  if (KINDS[kind]?.[1]) return { kind: 'pass' };
  if (SUMS[kind]) return { kind: 'sum', inputs: inputs.map((_, i) => i) };
  if (kind === KIND.pooling) return { kind: by === AVERAGE ? 'pass' : 'other' };
  if (!isPlain) return { kind: 'other' };
  const operand = { weight: inputs.length, data: 0, classes: 'first' } as const;
  return { kind: 'linear', operands: [kind === KIND.innerProduct ? { ...operand, matrix: true } : operand] };
}
