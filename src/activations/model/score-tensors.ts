import type { OnnxGraph, OnnxNode } from '../../model-files/onnx/read-model.ts';
import type { SeenShapes } from './layer-layouts.ts';

/** Linear operators whose second input are weights. */
const LINEAR = new Set([
  'Conv',
  'ConvTranspose',
  'QLinearConv',
  'ConvInteger',
  'FusedConv',
  'MatMul',
  'FusedMatMul',
  'Gemm',
]);

/** What is done to scores on their way to an output: resized, added up over branches, squashed, rearranged. */
const ON_THE_WAY = new Set([
  'Resize',
  'Upsample',
  'Add',
  'Sub',
  'Sum',
  'Mul',
  'Div',
  'Softmax',
  'LogSoftmax',
  'Sigmoid',
  'ArgMax',
  'Transpose',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Cast',
  'Slice',
  'Split',
  'Concat',
  'Crop',
]);

/**
 * The tensors that are answers: from each output back to the linear operators that make it (class scores, boxes), where all
 * of them change the number of channels, so that a block which ends in a convolution of its own width stays a
 * representation. An output that comes out of an activation or a normalisation is a representation as well.
 */
export function scoreTensors(graph: OnnxGraph, shapes: SeenShapes): Set<string> {
  const makers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) makers.set(output, node);
  const depends = dependentTensors(graph);
  const scores = new Set<string>();
  for (const { name } of graph.outputs) {
    const way = wayToHead(name, makers, depends, shapes);
    for (const tensor of way ?? []) scores.add(tensor);
  }
  return scores;
}

/** The tensors between an output and its linear operators; null where anything else makes it. */
function wayToHead(
  output: string,
  makers: ReadonlyMap<string, OnnxNode>,
  depends: ReadonlySet<string>,
  shapes: SeenShapes,
): Set<string> | null {
  const way = new Set<string>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (way.has(name) || !depends.has(name)) continue;
    const node = makers.get(name);
    if (!node) return null;
    way.add(name);
    if (LINEAR.has(node.op)) {
      const read = node.inputs.filter((input) => depends.has(input));
      // Two inputs that depend on the picture: attention, not a layer with weights.
      if (read.length !== 1 || keepsChannels(node, shapes)) return null;
    } else if (ON_THE_WAY.has(node.op)) open.push(...node.inputs);
    else return null;
  }
  return way;
}

/** Whether a linear operator makes as many channels as it reads. */
function keepsChannels({ op, inputs, outputs }: OnnxNode, shapes: SeenShapes): boolean {
  const axis = op.includes('Conv') ? 1 : -1;
  const [from, to] = [shapes.get(inputs[0]!)?.at(axis), shapes.get(outputs[0]!)?.at(axis)];
  return from !== undefined && from === to;
}

/** The tensors that depend on the model's input. */
function dependentTensors(graph: OnnxGraph): Set<string> {
  const found = new Set(graph.inputs.map(({ name }) => name).filter((name) => !graph.tensors.has(name)));
  for (const { op, inputs, outputs } of graph.nodes)
    if (op !== 'Shape' && op !== 'Size' && inputs.some((name) => found.has(name)))
      for (const name of outputs) found.add(name);
  return found;
}
