import { checkLimit } from '../../base/bytes/read-range.ts';
import { FormatError } from '../../base/errors.ts';
import { isObject } from '../../formats/json/parse-json.ts';
import { LIMITS } from '../../formats/limits.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import { constantFolder, keepFolded } from '../graph/fold-constants.ts';
import { type Graph, type GraphNode, type NodeRole, passRole, type WeightStep } from '../graph/graph.ts';
import { tensorflowFoldStep } from '../graph/tensorflow-folding.ts';
import { type ReadConstant, type StridedMasks, sliceBounds, stridedBounds } from '../graph/tensorflow-slices.ts';

/** A node of a TensorFlow GraphDef, written as JSON by the TF.js converter. */
interface Node {
  readonly name: string;
  readonly op: string;
  /** Names of tensors: "node" for output 0, "node:1" for others; control inputs are left out. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, Record<string, unknown> | undefined>>;
}

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
  Identity: SAME,
  StopGradient: SAME,
  Cast: SAME,
  Reshape: RESHAPE,
  Squeeze: RESHAPE,
  ExpandDims: RESHAPE,
};

/** Elements of a constant that the walk reads while opening: axes, permutations, bounds of slices. */
const MAX_SMALL_CONSTANT = 64;

/** The graph of a TF.js graph model. `signature` names its outputs; without one, what no node takes is an output. */
export function graphDef(
  file: string,
  topology: Record<string, unknown>,
  signature: unknown,
  tensors: Map<string, TensorEntry>,
): Graph {
  if (!Array.isArray(topology.node))
    throw new FormatError(`${file}: the modelTopology of a graph model must have a list of nodes.`);
  checkLimit(file, 'the number of nodes', topology.node.length, LIMITS.tensors);
  const nodes = topology.node.map((value) => readNode(file, value));
  const readConstant = async (name: string) => {
    const entry = tensors.get(name);
    if (!entry || entry.shape.reduce((n, d) => n * d, 1) > MAX_SMALL_CONSTANT) return undefined;
    return Array.from((await entry.read()).data);
  };
  const folder = constantFolder({
    file,
    nodes: nodes.filter(({ name }) => !tensors.has(name)).map((node) => ({ ...node, outputs: [node.name] })),
    stored: (name) => tensors.get(name),
    stepOf: ({ op, inputs, attributes }) =>
      tensorflowFoldStep(
        { op, inputs, keepAxes: attributes.keep_dims?.b === true, squeezeAxes: integers(attributes.squeeze_dims) },
        readConstant,
      ),
  });
  return {
    outputs: outputsOf(nodes, signature),
    nodes: nodes
      .filter(({ op, name }) => !tensors.has(name) && op !== 'Placeholder')
      .map(
        (node): GraphNode => ({
          op: opName(node),
          inputs: node.inputs,
          outputs: [node.name],
          role: roleOf(node, readConstant),
        }),
      ),
    constants: tensors,
    rankOf: () => undefined,
    channelAxis: 3,
    fold: keepFolded(folder, tensors, tensors),
  };
}

function readNode(file: string, value: unknown): Node {
  const { name, op, input, attr } = isObject(value) ? value : {};
  if (typeof name !== 'string' || typeof op !== 'string')
    throw new FormatError(`${file}: a node of modelTopology has no name or no op.`);
  const inputs = (Array.isArray(input) ? input : []).filter((one) => typeof one === 'string' && !one.startsWith('^'));
  return {
    name,
    op,
    inputs: inputs.map(outputName),
    attributes: isObject(attr) ? Object.fromEntries(Object.entries(attr).filter(hasObject)) : {},
  };
}

/** Attributes are objects such as { b: true }; anything else under a name is none. */
function hasObject(pair: [string, unknown]): pair is [string, Record<string, unknown>] {
  return isObject(pair[1]);
}

/** "node:0" is "node". */
function outputName(tensor: string): string {
  return tensor.replace(/:0$/, '');
}

function outputsOf(nodes: readonly Node[], signature: unknown): string[] {
  const declared = isObject(signature) && isObject(signature.outputs) ? Object.values(signature.outputs) : [];
  const names = declared.flatMap((one) =>
    isObject(one) && typeof one.name === 'string' ? [outputName(one.name)] : [],
  );
  if (names.length > 0) return [...new Set(names)];
  const taken = new Set(nodes.flatMap(({ inputs }) => inputs));
  return nodes.map(({ name }) => name).filter((name) => !taken.has(name));
}

/** The operator with those fused into it, such as "_FusedMatMul (BiasAdd, Relu)". */
function opName({ op, attributes }: Node): string {
  const fused = (attributes.fused_ops?.list as { s?: unknown } | undefined)?.s;
  if (!Array.isArray(fused) || fused.length === 0) return op;
  return `${op} (${fused
    .filter((text) => typeof text === 'string')
    .map(decodeBase64)
    .join(', ')})`;
}

/** Bytes are base64 in a GraphDef's JSON. */
function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return text;
  }
}

function roleOf({ op, inputs, attributes }: Node, read: ReadConstant): NodeRole {
  if (Object.hasOwn(PASSABLE, op)) return passRole(PASSABLE[op]);
  const flag = (name: string) => attributes[name]?.b === true;
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

/** The integers of a list attribute; JSON may hold them as texts. */
function integers(attribute: Record<string, unknown> | undefined): number[] {
  const list = isObject(attribute?.list) ? attribute.list.i : undefined;
  const values = Array.isArray(list) ? list.slice(0, MAX_SMALL_CONSTANT) : [];
  return values.filter((value) => typeof value === 'number' || typeof value === 'string').map(Number);
}

function stridedMasks(attributes: Node['attributes']): StridedMasks {
  const mask = (name: string) => {
    const value = attributes[`${name}_mask`]?.i;
    return typeof value === 'number' || typeof value === 'string' ? Number(value) || 0 : 0;
  };
  return {
    begin: mask('begin'),
    end: mask('end'),
    ellipsis: mask('ellipsis'),
    newAxis: mask('new_axis'),
    shrinkAxis: mask('shrink_axis'),
  };
}
