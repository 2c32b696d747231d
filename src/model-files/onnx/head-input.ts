import type { ByteSource } from '../../base/bytes/byte-source.ts';
import { protoReader } from '../../formats/protobuf/read-protobuf.ts';
import { type Graph, type GraphNode, producersOf } from '../graph/graph.ts';
import { resolveLinear } from '../graph/weight.ts';
import { batchNormAt } from './batch-norm.ts';
import { externalFiles } from './external-data.ts';
import { layerNormAt, type StoredLayerNorm } from './layer-norm.ts';
import { onnxRoles } from './node-roles.ts';
import { type OnnxGraph, type OnnxNode, readOnnxModel } from './read-model.ts';

/** What leads into a classifier head. */
export interface HeadInput {
  /** One number a stored row of the weight; null without a bias. */
  bias: Float64Array | null;
  /**
   * Tensors that differ from what the head reads only by pooling, choosing a token or a change of shape: the nearest
   * first. Behind a normalisation over channels they are those before it.
   */
  tensors: string[];
  /** The normalisation between these tensors and the head. */
  norm: StoredLayerNorm | null;
  /** The tensor that is normalised last, where there is a normalisation: nothing but it may be read before the head. */
  normalised: string[];
}

/** Operators that pool, choose or reshape positions and leave channels alone. */
const PASSES = new Set([
  'AveragePool',
  'Cast',
  'Dropout',
  'Flatten',
  'Gather',
  'GlobalAveragePool',
  'Identity',
  'Pad',
  'ReduceMean',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Nodes between a head and the layer before it; real graphs have a few. */
const MAX_STEPS = 32;

/**
 * What a classifier head of an ONNX model reads, and its bias; null where no linear node has that weight. Whether the
 * head really is linear in a pooled layer is for the caller to check on numbers.
 */
export async function findHeadInput(source: ByteSource, weight: string): Promise<HeadInput | null> {
  const { graph } = await readOnnxModel(protoReader(source), externalFiles(source));
  const roleOf = onnxRoles(graph);
  const nodes = graph.nodes.map((node) => ({ ...node, role: roleOf(node) }));
  const walkable: Graph = {
    outputs: [],
    nodes,
    constants: graph.tensors,
    rankOf: (tensor) => graph.ranks.get(tensor),
    channelAxis: 1,
  };
  const producers = producersOf(nodes);
  for (const node of nodes) {
    const linear = await resolveLinear(walkable, producers, node);
    if (linear?.tensor !== weight) continue;
    const before = passBack(graph, producers, linear.data);
    const norm = await layerNormAt(graph, producers, before.at(-1)!);
    return {
      bias: await biasOf(graph, node),
      tensors: norm ? passBack(graph, producers, norm.input) : before,
      norm,
      normalised: norm ? before : [],
    };
  }
  return null;
}

function passBack(graph: OnnxGraph, producers: ReadonlyMap<string, GraphNode>, from: string): string[] {
  const tensors = [from];
  for (let step = 0; step < MAX_STEPS; step++) {
    const node = producers.get(tensors.at(-1)!);
    const input = node?.inputs[0];
    if (!node || !input || !PASSES.has(node.op) || graph.tensors.has(input)) break;
    tensors.push(input);
  }
  return tensors;
}

/** Additions and factors between a layer and its scores; real graphs have one or two. */
const MAX_BEHIND = 4;

/**
 * What is added to the scores in the end: the bias that the node has itself or that a later one adds, through what
 * multiplies the classes on the way (batch normalisation), as in the rows that `detectHead` gives.
 */
async function biasOf(graph: OnnxGraph, node: OnnxNode): Promise<Float64Array | null> {
  const own = graph.tensors.get(node.inputs[2] ?? '');
  let bias = own ? Float64Array.from((await own.read()).data) : null;
  let output = node.outputs[0]!;
  for (let step = 0; step < MAX_BEHIND; step++) {
    const next = graph.nodes.find(({ inputs }) => inputs.includes(output));
    if (!next) break;
    const constant = graph.tensors.get(next.inputs.find((name) => name !== output) ?? '');
    if (next.op === 'Add' && constant) {
      const added = (await constant.read()).data;
      bias = Float64Array.from(bias ?? added, (value, i) => value + (bias ? added[i]! : 0));
    } else if (next.op === 'BatchNormalization') {
      const normalisation = batchNormAt(graph, next);
      if (!normalisation) break;
      const [factors, shift] = [await normalisation.read(), await normalisation.readShift()];
      bias = shift.map((value, i) => value + (bias?.[i] ?? 0) * factors[i]!);
    } else break;
    output = next.outputs[0]!;
  }
  return bias;
}
