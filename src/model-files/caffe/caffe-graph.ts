import type { FileBudget } from '../../base/bytes/file-budget.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { Graph, GraphNode, NodeRole } from '../graph/graph.ts';
import { weightName } from './layer-tensors.ts';
import type { CaffeLayer } from './read-net.ts';

/** Layers that scores pass by what they read first. */
const PASSABLE: ReadonlySet<string> = new Set([
  'Softmax',
  'LogSoftmax',
  'SoftmaxWithLoss',
  'Sigmoid',
  'SigmoidCrossEntropyLoss',
  'MultinomialLogisticLoss',
  'InfogainLoss',
  'HingeLoss',
  'Accuracy',
  'ArgMax',
  'Dropout',
  'ReLU',
  'PReLU',
  'Split',
  'Flatten',
  'Permute',
]);

/** The value of PoolingParameter.pool for the mean. */
const AVERAGE = 1;
/** The value of EltwiseParameter.operation for the sum, which is the usual one. */
const SUM = 1;

/**
 * The graph of a network, as the head walk needs it. Layers that write over what they read make a new tensor; layers
 * without a top, as losses had once, get one of their own name.
 */
export function caffeGraph(
  layers: readonly CaffeLayer[],
  tensors: ReadonlyMap<string, TensorEntry>,
  budget: FileBudget,
): Graph {
  const now = new Map<string, string>();
  const taken = new Set<string>();
  const read = new Set<string>();
  const nodes: GraphNode[] = [];
  for (const layer of layers) {
    const { name, type, bottoms, tops } = layer;
    budget.charge('characters', name.length * (tops.length + 1), 'the layers of the model');
    const inputs = bottoms.map((bottom) => now.get(bottom) ?? bottom);
    for (const input of inputs) read.add(input);
    const outputs = topsOf(layer).map((top) => {
      const own = now.has(top) || taken.has(top) ? `${top} (${name})` : top;
      now.set(top, own);
      taken.add(own);
      return own;
    });
    const role = roleOf(layer);
    const weight = role.kind === 'linear' && tensors.has(weightName(layer)) ? [weightName(layer)] : [];
    nodes.push({ op: type, inputs: [...inputs, ...weight], outputs, role });
  }
  const ends = nodes
    .filter(({ op }) => !isData(op))
    .flatMap(({ op, outputs }) => outputs.map((output) => ({ op, output })));
  const unread = ends.filter(({ output }) => !read.has(output));
  // Accuracy looks at what a loss looks at.
  const scored = unread.filter(({ op }) => op !== 'Accuracy');
  return {
    outputs: (scored.length > 0 ? scored : unread).map(({ output }) => output),
    nodes,
    constants: tensors,
    rankOf: () => undefined,
    channelAxis: 1,
  };
}

/** What a layer writes; a loss without a top gets one. */
function topsOf({ name, type, tops }: CaffeLayer): readonly string[] {
  return tops.length > 0 || type === 'Silence' ? tops : [name];
}

function isData(type: string): boolean {
  return /Data$|^Input$|^Silence$/.test(type);
}

/** The outputs of losses that count less than the one that counts most. */
export function lesserLosses(layers: readonly CaffeLayer[]): Set<string> {
  const losses = layers.filter(({ type }) => /Loss$/.test(type));
  const weightOf = ({ lossWeight = 1 }: CaffeLayer) => lossWeight;
  const most = losses.reduce((best, layer) => Math.max(best, weightOf(layer)), 0);
  return new Set(losses.filter((layer) => weightOf(layer) < most).flatMap(topsOf));
}

function roleOf({ type, bottoms, settings }: CaffeLayer): NodeRole {
  const setting = (name: 'group' | 'transpose' | 'pool' | 'operation') => settings.get(name)?.[0];
  if (PASSABLE.has(type)) return { kind: 'pass' };
  switch (type) {
    case 'InnerProduct': {
      const classes = setting('transpose') ? 'last' : 'first';
      return { kind: 'linear', operands: [{ weight: bottoms.length, data: 0, classes, matrix: true }] };
    }
    case 'Convolution':
      return (setting('group') ?? 1) === 1
        ? { kind: 'linear', operands: [{ weight: bottoms.length, data: 0, classes: 'first' }] }
        : { kind: 'other' };
    case 'Pooling':
      return setting('pool') === AVERAGE ? { kind: 'pass' } : { kind: 'other' };
    case 'Eltwise':
      return (setting('operation') ?? SUM) === SUM
        ? { kind: 'sum', inputs: bottoms.map((_, i) => i) }
        : { kind: 'other' };
    // SSD flattens the places of each level and joins them.
    case 'Concat':
      return { kind: 'levels' };
    case 'Reshape': {
      const shape = settings.get('shape') ?? [];
      const last = shape.length === 3 && shape[2]! > 0 ? shape[2] : undefined;
      return { kind: 'pass', lastOfThree: async () => last };
    }
    case 'DetectionOutput':
      return { kind: 'pass', data: 1 };
    default:
      return { kind: 'other' };
  }
}
