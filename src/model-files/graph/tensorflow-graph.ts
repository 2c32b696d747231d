import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { constantOrigin } from './constant-origin.ts';
import { constantFolder, keepFolded } from './fold-constants.ts';
import type { FoldStep } from './fold-steps.ts';
import { type Graph, type GraphNode, type NodeRole, passRole, type WeightStep } from './graph.ts';
import { tensorflowFoldStep } from './tensorflow-folding.ts';
import type { TensorflowNode } from './tensorflow-node.ts';
import { dequantised, fakeQuantised } from './tensorflow-quantisation.ts';
import { type ReadConstant, type StridedMasks, sliceBounds, stridedBounds } from './tensorflow-slices.ts';

const SAME: WeightStep = { kind: 'same' };
const RESHAPE: WeightStep = { kind: 'reshape' };

const PASSABLE: Readonly<Record<string, WeightStep | undefined>> = {
  Softmax: undefined,
  LogSoftmax: undefined,
  Sigmoid: undefined,
  Relu: undefined,
  Relu6: undefined,
  LeakyRelu: undefined,
  Prelu: undefined,
  Elu: undefined,
  Mean: undefined,
  AvgPool: undefined,
  ArgMax: undefined,
  TopKV2: undefined,
  Switch: undefined,
  FakeQuantWithMinMaxArgs: undefined,
  FakeQuantWithMinMaxVars: undefined,
  PlaceholderWithDefault: undefined,
  CheckNumerics: undefined,
  Identity: SAME,
  IdentityN: SAME,
  StopGradient: SAME,
  PreventGradient: SAME,
  EnsureShape: SAME,
  ReadVariableOp: SAME,
  Cast: SAME,
  Reshape: RESHAPE,
  Squeeze: RESHAPE,
  ExpandDims: RESHAPE,
};

/** What gives a constant on under another name. */
const COPIES: ReadonlySet<string> = new Set(['Identity', 'ReadVariableOp', 'StopGradient']);
/** DataTypes of real numbers: float, double, bfloat16, half. */
const REAL_TYPES: ReadonlySet<number> = new Set([1, 2, 14, 19]);

/** Elements of a constant that the walk reads while opening: axes, permutations, bounds of slices. */
export const MAX_SMALL_CONSTANT = 64;

/** Inputs of the network, and what holds nothing. */
const NO_SCORES: ReadonlySet<string> = new Set(['Placeholder', 'NoOp', 'Const', 'Assert']);

/**
 * The graph of nodes of TensorFlow. A node of the name of a tensor stands for it.
 * @param outputs Names of the graph's outputs; where there are none, what no node takes is an output.
 * @param tensors What the file stores, by the names of nodes; weights that the graph computes are put among them.
 */
export function tensorflowGraph(
  file: string,
  nodes: readonly TensorflowNode[],
  outputs: readonly string[],
  tensors: Map<string, TensorEntry>,
): Graph {
  const readConstant = async (name: string) => {
    const entry = tensors.get(name);
    if (!entry || entry.shape.reduce((n, d) => n * d, 1) > MAX_SMALL_CONSTANT) return undefined;
    return Array.from((await entry.read()).data);
  };
  const copied = nodes.flatMap((node) =>
    isCopy(node) && node.inputs[0] ? [[node.name, node.inputs[0]] as const] : [],
  );
  const origin = constantOrigin(new Map(copied), tensors);
  const computed = nodes
    .filter(({ name }) => !tensors.has(name))
    .map((node) => ({ ...node, inputs: node.inputs.map(origin), outputs: outputsOf(node) }));
  const folder = constantFolder({
    file,
    nodes: computed,
    stored: (name) => tensors.get(name),
    stepOf: (node) => foldStep(node, readConstant),
  });
  return {
    outputs: outputs.length > 0 ? [...new Set(outputs)] : looseEnds(nodes),
    nodes: computed
      .filter(({ op }) => op !== 'Placeholder')
      .map(
        (node): GraphNode => ({
          op: shownOp(node),
          inputs: node.inputs,
          outputs: node.outputs,
          role: roleOf(node, readConstant),
        }),
      ),
    constants: tensors,
    rankOf: () => undefined,
    channelAxis: 3,
    fold: keepFolded(folder, tensors, tensors),
  };
}

/** "node:0" is "node". */
export function outputName(tensor: string): string {
  return tensor.replace(/:0$/, '');
}

function outputsOf({ name, op }: TensorflowNode): string[] {
  return op === 'TopKV2' || op === 'Switch' ? [name, `${name}:1`] : [name];
}

function isCopy({ op, attributes }: TensorflowNode): boolean {
  return COPIES.has(op) || (op === 'Cast' && REAL_TYPES.has(attributes.get('DstT')?.type ?? 0));
}

function looseEnds(nodes: readonly TensorflowNode[]): string[] {
  const taken = new Set(nodes.flatMap(({ inputs }) => inputs.map((name) => name.replace(/:\d+$/, ''))));
  return nodes.filter(({ name, op }) => !taken.has(name) && !NO_SCORES.has(op)).map(({ name }) => name);
}

/** The operator with those fused into it, such as "_FusedMatMul (BiasAdd, Relu)". */
function shownOp({ op, attributes }: TensorflowNode): string {
  const fused = attributes.get('fused_ops')?.texts ?? [];
  return fused.length === 0 ? op : `${op} (${fused.join(', ')})`;
}

async function foldStep(node: TensorflowNode, read: ReadConstant): Promise<FoldStep | undefined> {
  const { op, inputs, attributes } = node;
  // These change values by numbers of their own, where TFLite keeps them with the tensor.
  if (op === 'Dequantize') return dequantised(node, read);
  if (op.startsWith('FakeQuant')) return fakeQuantised(node, read);
  if (/^Quantize/.test(op)) return undefined;
  const squeezeAxes = attributes.get('squeeze_dims')?.ints ?? [];
  return tensorflowFoldStep({ op, inputs, keepAxes: attributes.get('keep_dims')?.bool === true, squeezeAxes }, read);
}

function roleOf({ op, inputs, attributes }: TensorflowNode, read: ReadConstant): NodeRole {
  if (Object.hasOwn(PASSABLE, op)) return passRole(PASSABLE[op]);
  const flag = (name: string) => attributes.get(name)?.bool === true;
  switch (op) {
    case 'Transpose': {
      const permutation = async () => (await read(inputs[1] ?? '')) ?? null;
      return { kind: 'pass', weight: { kind: 'transpose', permutation } };
    }
    case 'BiasAdd':
    case 'Add':
    case 'AddV2':
    case 'Sub':
      return { kind: 'sum', inputs: [0, 1] };
    case 'Mul':
    case 'RealDiv':
      return { kind: 'scale', inputs: [0, 1], perClass: op === 'Mul' ? 'multiplies' : 'divides' };
    case 'Merge':
      return { kind: 'choice' };
    case 'Slice':
      return { kind: 'slice', bounds: () => sliceBounds(inputs, read) };
    case 'StridedSlice':
      return { kind: 'slice', bounds: () => stridedBounds(inputs, stridedMasks(attributes), read) };
    case 'MatMul':
    case '_FusedMatMul':
      return {
        kind: 'linear',
        operands: [
          { weight: 1, data: 0, classes: flag('transpose_b') ? 'first' : 'last', matrix: true },
          { weight: 0, data: 1, classes: flag('transpose_a') ? 'last' : 'first', matrix: true },
        ],
      };
    case 'BatchMatMul':
    case 'BatchMatMulV2':
      return {
        kind: 'linear',
        operands: [{ weight: 1, data: 0, classes: flag('adj_y') ? 'first' : 'last', matrix: true }],
      };
    case 'Conv2D':
    case '_FusedConv2D':
      return { kind: 'linear', operands: [{ weight: 1, data: 0, classes: 'last' }] };
    default:
      return { kind: 'other' };
  }
}

function stridedMasks(attributes: TensorflowNode['attributes']): StridedMasks {
  const mask = (name: string) => attributes.get(`${name}_mask`)?.int ?? 0;
  return {
    begin: mask('begin'),
    end: mask('end'),
    ellipsis: mask('ellipsis'),
    newAxis: mask('new_axis'),
    shrinkAxis: mask('shrink_axis'),
  };
}
