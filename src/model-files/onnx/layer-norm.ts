import type { GraphNode } from '../graph/graph.ts';
import type { OnnxGraph } from './read-model.ts';

/** A layer normalisation over channels: gain and shift per channel, and what is added to the variance. */
export interface StoredLayerNorm {
  input: string;
  gamma: Float64Array;
  beta: Float64Array;
  eps: number;
}

/**
 * The layer normalisation that makes a tensor, as one operator or as the sums and products that exporters write before
 * opset 17; null where something else makes it.
 */
export async function layerNormAt(
  graph: OnnxGraph,
  producers: ReadonlyMap<string, GraphNode>,
  tensor: string,
): Promise<StoredLayerNorm | null> {
  const node = producers.get(tensor);
  if (!node) return null;
  if (node.op === 'LayerNormalization') {
    const [input, scale, shift] = node.inputs;
    const gamma = await constant(graph, scale);
    if (!gamma) return null;
    const attributes = graph.nodes.find(({ outputs }) => outputs[0] === tensor)!.attributes;
    return {
      input: input!,
      gamma,
      beta: (await constant(graph, shift)) ?? new Float64Array(gamma.length),
      eps: attributes.get('epsilon')?.float ?? 1e-5,
    };
  }
  const shifted = await split(graph, producers, tensor, 'Add');
  const scaled = shifted && (await split(graph, producers, shifted.data, 'Mul'));
  const divided = scaled && producers.get(scaled.data);
  if (divided?.op !== 'Div') return null;
  const [centred, deviation] = divided.inputs.map((input) => producers.get(input));
  if (centred?.op !== 'Sub' || deviation?.op !== 'Sqrt') return null;
  const variance = await split(graph, producers, deviation.inputs[0]!, 'Add');
  const mean = producers.get(centred.inputs[1]!);
  if (variance?.values.length !== 1 || mean?.op !== 'ReduceMean' || mean.inputs[0] !== centred.inputs[0]) return null;
  return { input: centred.inputs[0]!, gamma: scaled!.values, beta: shifted!.values, eps: variance.values[0]! };
}

/** The variable and the constant operand of a sum or product. */
async function split(
  graph: OnnxGraph,
  producers: ReadonlyMap<string, GraphNode>,
  tensor: string,
  op: 'Add' | 'Mul',
): Promise<{ data: string; values: Float64Array } | null> {
  const node = producers.get(tensor);
  if (node?.op !== op) return null;
  for (const [a, b] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const values = await constant(graph, node.inputs[b]);
    if (values) return { data: node.inputs[a]!, values };
  }
  return null;
}

async function constant(graph: OnnxGraph, name: string | undefined): Promise<Float64Array | null> {
  const stored = graph.tensors.get(name ?? '');
  return stored ? Float64Array.from((await stored.read()).data) : null;
}
