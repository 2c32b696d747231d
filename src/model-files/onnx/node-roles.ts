import { type AxisSlice, type LinearOperand, type NodeRole, passRole, type WeightStep } from '../graph/graph.ts';
import { batchNormAt } from './batch-norm.ts';
import { einsumOperands } from './einsum.ts';
import type { OnnxGraph, OnnxNode } from './read-model.ts';

/** Where a node keeps an integer weight together with what turns it into real values; input indices. */
interface QuantisedWeight {
  readonly weight: number;
  readonly scale?: number;
  readonly zeroPoint: number;
  readonly classes: 'first' | 'last';
}

/** Operators that take their weight as integers. Where no scale is listed it multiplies the output instead. */
const QUANTISED_WEIGHTS: Readonly<Record<string, QuantisedWeight>> = {
  QLinearConv: { weight: 3, scale: 4, zeroPoint: 5, classes: 'first' },
  QLinearMatMul: { weight: 3, scale: 4, zeroPoint: 5, classes: 'last' },
  QGemm: { weight: 3, scale: 4, zeroPoint: 5, classes: 'last' },
  ConvInteger: { weight: 1, zeroPoint: 3, classes: 'first' },
  MatMulInteger: { weight: 1, zeroPoint: 3, classes: 'last' },
  MatMulIntegerToFloat: { weight: 1, scale: 3, zeroPoint: 5, classes: 'last' },
  DynamicQuantizeMatMul: { weight: 1, scale: 2, zeroPoint: 3, classes: 'last' },
};

const SAME: WeightStep = { kind: 'same' };
const RESHAPE: WeightStep = { kind: 'reshape' };

/** Operators that scores pass by input 0, with what they do to a weight on its way, where they may stand there. */
const PASSABLE: Readonly<Record<string, WeightStep | undefined>> = {
  Softmax: undefined,
  LogSoftmax: undefined,
  Sigmoid: undefined,
  Relu: undefined,
  LeakyRelu: undefined,
  Clip: undefined,
  Dropout: undefined,
  ArgMax: undefined,
  TopK: undefined,
  ZipMap: undefined,
  Resize: undefined,
  Upsample: undefined,
  GlobalAveragePool: undefined,
  AveragePool: undefined,
  ReduceMean: undefined,
  QLinearSoftmax: undefined,
  QLinearSigmoid: undefined,
  QLinearLeakyRelu: undefined,
  QLinearAveragePool: undefined,
  QLinearGlobalAveragePool: undefined,
  QLinearReduceMean: undefined,
  Identity: SAME,
  Cast: SAME,
  QuantizeLinear: SAME,
  DequantizeLinear: SAME,
  Flatten: RESHAPE,
  Squeeze: RESHAPE,
  Unsqueeze: RESHAPE,
};

const DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/** Translates the operators of an ONNX graph to what the head walk knows; the rest are "other". */
export function onnxRoles(graph: OnnxGraph): (node: OnnxNode) => NodeRole {
  const isScale = dynamicScales(graph);
  return (node) => (DOMAINS.has(node.domain) ? roleOf(graph, node, isScale) : { kind: 'other' });
}

function roleOf(graph: OnnxGraph, node: OnnxNode, isScale: (tensor: string) => boolean): NodeRole {
  const { op } = node;
  if (op === 'Reshape') return { kind: 'pass', weight: RESHAPE, lastOfThree: () => lastOfThree(graph, node) };
  if (Object.hasOwn(PASSABLE, op)) return passRole(PASSABLE[op]);
  switch (op) {
    case 'Concat':
      // Batch, places, classes: what is joined along the places are levels.
      return node.attributes.get('axis')?.int === 1 ? { kind: 'levels' } : { kind: 'other' };
    case 'Transpose': {
      const permutation = node.attributes.get('perm')?.ints;
      return { kind: 'pass', weight: { kind: 'transpose', permutation: async () => permutation } };
    }
    case 'NonMaxSuppression':
      return { kind: 'pass', data: 1 };
    case 'Add':
    case 'Sub':
      return { kind: 'sum', inputs: [0, 1] };
    case 'Sum':
      return { kind: 'sum', inputs: node.inputs.map((_, i) => i) };
    case 'QLinearAdd':
      return { kind: 'sum', inputs: [0, 3] };
    case 'Mul':
      return { kind: 'scale', inputs: [0, 1], isScale, perClass: 'multiplies' };
    case 'Div':
      return { kind: 'scale', inputs: [0, 1], perClass: 'divides' };
    case 'BatchNormalization': {
      const normalisation = batchNormAt(graph, node);
      return normalisation ? { kind: 'factor', factor: normalisation } : { kind: 'other' };
    }
    case 'If':
    case 'Loop':
    case 'Scan':
      return { kind: 'choice' };
    case 'QLinearMul':
      return { kind: 'scale', inputs: [0, 3] };
    case 'Slice':
      return { kind: 'slice', bounds: () => sliceBounds(graph, node) };
    default: {
      const operands = linearOperands(node);
      return operands.length > 0 ? { kind: 'linear', operands } : { kind: 'other' };
    }
  }
}

/** The operands of a linear operator; none for other operators and for grouped convolutions. */
function linearOperands(node: OnnxNode): LinearOperand[] {
  const int = (name: string, fallback: number) => node.attributes.get(name)?.int ?? fallback;
  const quantised = QUANTISED_WEIGHTS[node.op];
  if (quantised) {
    const { weight } = quantised;
    if (quantised.classes === 'first') return int('group', 1) === 1 ? [{ weight, data: 0, classes: 'first' }] : [];
    return [{ weight, data: 0, classes: classesOf(node), matrix: true }];
  }
  switch (node.op) {
    case 'Conv':
    case 'FusedConv':
      return int('group', 1) === 1 ? [{ weight: 1, data: 0, classes: 'first' }] : [];
    case 'Gemm':
    case 'FusedGemm':
    case 'MatMul':
    case 'FusedMatMul':
      return [
        { weight: 1, data: 0, classes: classesOf(node), matrix: true },
        { weight: 0, data: 1, classes: int('transA', 0) === 1 ? 'last' : 'first', matrix: true },
      ];
    case 'Einsum':
      return einsumOperands(node.attributes.get('equation')?.text ?? '');
    default:
      return [];
  }
}

/** x·W has the classes in the columns of W, x·Wᵀ in its rows. */
function classesOf(node: OnnxNode): 'first' | 'last' {
  return (node.attributes.get('transB')?.int ?? 0) === 1 ? 'first' : 'last';
}

/** The scale and zero point that belong to a stored integer tensor, by the names of the tensors that hold them. */
export interface QuantisedBy {
  readonly scale: string;
  readonly zeroPoint: string;
  /** The axis that several scales run along. */
  readonly axis: number;
  /** Non-zero for scales of blocks, which are not read. */
  readonly blockSize: number;
}

/** How each stored integer tensor is dequantised, from the first node that does so. */
export function quantisedTensors(graph: OnnxGraph): Map<string, QuantisedBy> {
  const found = new Map<string, QuantisedBy>();
  for (const node of graph.nodes) {
    const input = (index: number | undefined) => (index === undefined ? '' : (node.inputs[index] ?? ''));
    const weight = QUANTISED_WEIGHTS[node.op];
    const tensor = node.op === 'DequantizeLinear' ? input(0) : weight ? input(weight.weight) : '';
    const stored = graph.tensors.get(tensor);
    if (!stored || found.has(tensor)) continue;
    const rank = stored.shape.length;
    if (weight) {
      const classes = weight.classes === 'first' ? 'first' : classesOf(node);
      const axis = classes === 'first' ? 0 : rank - 1;
      found.set(tensor, { scale: input(weight.scale), zeroPoint: input(weight.zeroPoint), axis, blockSize: 0 });
    } else {
      const axis = node.attributes.get('axis')?.int ?? 1;
      const blockSize = node.attributes.get('block_size')?.int ?? 0;
      found.set(tensor, { scale: input(1), zeroPoint: input(2), axis: axis < 0 ? axis + rank : axis, blockSize });
    }
  }
  return found;
}

/**
 * Integer layers with dynamic ranges multiply their output by the input's scale times the weight's: a product that is
 * positive in each class, so that it leaves the directions of the templates alone.
 */
function dynamicScales(graph: OnnxGraph): (tensor: string) => boolean {
  const scales = new Set<string>();
  for (const { op, inputs, outputs } of graph.nodes) {
    if (op === 'DynamicQuantizeLinear' && outputs[1]) scales.add(outputs[1]);
    else if (op === 'Mul' && outputs[0] && inputs.some((name) => scales.has(name)))
      if (inputs.every((name) => scales.has(name) || graph.tensors.has(name))) scales.add(outputs[0]);
  }
  return (tensor) => scales.has(tensor);
}

async function lastOfThree(graph: OnnxGraph, node: OnnxNode): Promise<number | undefined> {
  const stored = graph.tensors.get(node.inputs[1] ?? '');
  if (stored?.shape.length !== 1 || stored.shape[0] !== 3) return undefined;
  const [, , last = 0] = (await stored.read()).data;
  return last > 1 ? last : undefined;
}

/** Bounds of a Slice: inputs since opset 10, attributes before; undefined when they are computed at run time. */
async function sliceBounds(graph: OnnxGraph, node: OnnxNode): Promise<AxisSlice[] | undefined> {
  const read = async (index: number, attribute: string): Promise<readonly number[] | undefined> => {
    const name = node.inputs[index] ?? '';
    if (name === '') return node.attributes.get(attribute)?.ints ?? [];
    const stored = graph.tensors.get(name);
    if (!stored || stored.shape.length > 1 || (stored.shape[0] ?? 1) > MAX_SLICE_AXES) return undefined;
    return Array.from((await stored.read()).data);
  };
  const starts = await read(1, 'starts');
  const ends = await read(2, 'ends');
  const axes = await read(3, 'axes');
  const steps = await read(4, 'steps');
  if (!starts || !ends || !axes || !steps || starts.length !== ends.length) return undefined;
  return starts.map((start, i) => ({ axis: axes[i] ?? i, start, end: ends[i]!, step: steps[i] ?? 1 }));
}

const MAX_SLICE_AXES = 64;
