import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { Graph, GraphNode, NodeRole } from '../graph/graph.ts';

/** A cell of layers: where it lies, and the number of one of them. */
const LAYER_TYPE = /^((?:.+\.)?layers)\{(\d+)\}\.type$/;

/** Layers that scores pass; others end the walk, as a normalisation does. */
const PASSABLE: ReadonlySet<string> = new Set(['softmax', 'softmaxloss', 'loss', 'dropout', 'relu', 'sigmoid']);

/**
 * The graph of a simple network of MatConvNet: a cell of layers, each of which reads the one before. Filters are rows ×
 * columns × channels × outputs. Undefined where the file has no such cell, or several.
 */
export function matConvNetGraph(
  tensors: ReadonlyMap<string, TensorEntry>,
  texts: ReadonlyMap<string, string>,
): Graph | undefined {
  const nets = new Map<string, { index: number; type: string }[]>();
  for (const [path, type] of texts) {
    const [, net, index] = LAYER_TYPE.exec(path) ?? [];
    if (net !== undefined) nets.set(net, [...(nets.get(net) ?? []), { index: Number(index), type }]);
  }
  const [only] = nets;
  if (!only || nets.size > 1) return undefined;
  const [net, layers] = only;
  const nodes: GraphNode[] = [];
  let before = 'the picture';
  for (const { index, type } of layers.sort((a, b) => a.index - b.index)) {
    const path = `${net}{${index}}`;
    // The newer form has filters and biases in one cell.
    const weight = [`${path}.weights{1}`, `${path}.filters`].find((name) => tensors.has(name));
    const role: NodeRole =
      type === 'conv' && weight !== undefined
        ? { kind: 'linear', operands: [{ weight: 1, data: 0, classes: 'last' }] }
        : { kind: PASSABLE.has(type) || isAverage(type, texts.get(`${path}.method`)) ? 'pass' : 'other' };
    nodes.push({ op: type, inputs: weight === undefined ? [before] : [before, weight], outputs: [path], role });
    before = path;
  }
  if (!nodes.some(({ role }) => role.kind === 'linear')) return undefined;
  return { outputs: [before], nodes, constants: tensors, rankOf: () => undefined, channelAxis: 3 };
}

function isAverage(type: string, method: string | undefined): boolean {
  return type === 'pool' && method === 'avg';
}
