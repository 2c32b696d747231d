import type { OnnxGraph, OnnxNode } from '../../model-files/onnx/read-model.ts';
import type { ImageLayout } from './input-contract.ts';

/** Operators that the ONNX standard defines on channels-first arrays: what they read and make is N×C×H×W. */
const CHANNELS_FIRST = new Set([
  'Conv',
  'ConvTranspose',
  'ConvInteger',
  'QLinearConv',
  'FusedConv',
  'AveragePool',
  'MaxPool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'GlobalLpPool',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LRN',
  'DepthToSpace',
  'SpaceToDepth',
]);

/** Operators that work on the last axis: on four axes that is the channels of N×H×W×C. */
const CHANNELS_LAST = new Set(['LayerNormalization', 'SimplifiedLayerNormalization']);
/** These as well where they multiply with weights; of two tensors of the picture they are attention. */
const PRODUCTS = new Set(['MatMul', 'FusedMatMul']);

/** Operators that rearrange axes, so that nothing is known of what they make. */
const REARRANGING = new Set([
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Expand',
  'Gather',
  'GatherND',
  'Einsum',
  'Gemm',
  'Transpose',
  'Shape',
]);

/** Shapes as they were seen for one image. */
export type SeenShapes = ReadonlyMap<string, readonly number[]>;

/**
 * The layout of each tensor with four axes, as far as operators tell: some are defined on channels first, some work on the
 * last axis, a Transpose turns one into the other, and what works element by element keeps it. Told forwards from the input
 * and backwards from who reads a tensor.
 */
export function layerLayouts(
  graph: OnnxGraph,
  input: { name: string; layout: ImageLayout },
  shapes: SeenShapes,
): Map<string, ImageLayout> {
  const layouts = new Map<string, ImageLayout>([[input.name, input.layout]]);
  const isImage = (name: string): boolean => name === input.name || shapes.get(name)?.length === 4;
  const settle = (name: string | undefined, layout: ImageLayout | undefined): boolean => {
    if (name === undefined || layout === undefined || !isImage(name) || layouts.has(name)) return false;
    layouts.set(name, layout);
    return true;
  };
  let changed = true;
  // Each round settles at least one tensor, and few graphs need more than two.
  while (changed) {
    changed = false;
    for (const node of graph.nodes)
      for (const output of node.outputs) changed = settle(output, made(node, layouts, shapes)) || changed;
    for (const node of [...graph.nodes].reverse())
      for (const name of node.inputs) changed = settle(name, read(node, name, layouts, shapes)) || changed;
  }
  return layouts;
}

/** The layout of what a node makes. */
function made(node: OnnxNode, layouts: ReadonlyMap<string, ImageLayout>, shapes: SeenShapes): ImageLayout | undefined {
  if (CHANNELS_FIRST.has(node.op)) return 'nchw';
  if (CHANNELS_LAST.has(node.op)) return 'nhwc';
  if (PRODUCTS.has(node.op)) return hasWeights(node, shapes) ? 'nhwc' : undefined;
  if (node.op === 'Transpose') return transposed(node, layouts.get(node.inputs[0]!));
  if (REARRANGING.has(node.op)) return undefined;
  for (const name of node.inputs) if (layouts.has(name)) return layouts.get(name);
  return undefined;
}

/** The layout in which a node reads one of its inputs. */
function read(
  node: OnnxNode,
  name: string,
  layouts: ReadonlyMap<string, ImageLayout>,
  shapes: SeenShapes,
): ImageLayout | undefined {
  const isFirst = name === node.inputs[0];
  if (CHANNELS_FIRST.has(node.op)) return isFirst ? 'nchw' : undefined;
  if (CHANNELS_LAST.has(node.op)) return isFirst ? 'nhwc' : undefined;
  if (PRODUCTS.has(node.op)) return isFirst && hasWeights(node, shapes) ? 'nhwc' : undefined;
  const own = layouts.get(node.outputs[0]!);
  if (node.op === 'Transpose') {
    const kind = channelMove(node);
    return kind === 'last' ? 'nchw' : kind === 'first' ? 'nhwc' : kind === 'same' ? own : undefined;
  }
  return REARRANGING.has(node.op) ? undefined : own;
}

/** Whether a product's second factor is stored rather than made of the picture. */
function hasWeights({ inputs }: OnnxNode, shapes: SeenShapes): boolean {
  return !shapes.has(inputs[1]!);
}

function transposed(node: OnnxNode, from: ImageLayout | undefined): ImageLayout | undefined {
  const kind = channelMove(node);
  if (kind === 'same') return from;
  if (kind === 'last') return from === 'nhwc' ? undefined : 'nhwc';
  if (kind === 'first') return from === 'nchw' ? undefined : 'nchw';
  return undefined;
}

/** Whether a Transpose of four axes moves channels to the last or to the first place, or leaves them. */
function channelMove(node: OnnxNode): 'last' | 'first' | 'same' | undefined {
  const perm = node.attributes.get('perm')?.ints.join();
  if (perm === '0,2,3,1') return 'last';
  if (perm === '0,3,1,2') return 'first';
  return perm === '0,1,2,3' || perm === '0,1,3,2' ? 'same' : undefined;
}

/** The layout in which the first operators read the input: what a Conv or a Transpose to one asks for. */
export function graphInputLayout(graph: OnnxGraph, input: string): ImageLayout | undefined {
  const seen = new Set([input]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => seen.has(name))) continue;
    if (CHANNELS_FIRST.has(node.op)) return 'nchw';
    if (node.op === 'Transpose') {
      const kind = channelMove(node);
      if (kind === 'last') return 'nchw';
      if (kind === 'first') return 'nhwc';
    }
    if (REARRANGING.has(node.op) || CHANNELS_LAST.has(node.op) || PRODUCTS.has(node.op)) return undefined;
    for (const output of node.outputs) seen.add(output);
  }
  return undefined;
}
