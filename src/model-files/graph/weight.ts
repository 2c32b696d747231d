import type { Graph, GraphNode, LinearOperand } from './graph.ts';

/** The stored tensor behind a linear layer and the axis of it that counts the classes. */
export interface LinearWeight {
  readonly tensor: string;
  readonly classAxis: number;
  /** The input that carries the data, for the walk further back. */
  readonly data: string;
}

/** A weight is at most this many nodes away from its storage (Cast, Transpose, DequantizeLinear …). */
const MAX_WEIGHT_STEPS = 32;

/** Finds the stored weight of a linear node; undefined when neither operand leads to a constant matrix. */
export async function resolveLinear(
  graph: Graph,
  producers: ReadonlyMap<string, GraphNode>,
  node: GraphNode,
): Promise<LinearWeight | undefined> {
  if (node.role.kind !== 'linear') return undefined;
  for (const operand of node.role.operands) {
    const stored = (await resolveOperand(graph, producers, node, operand)) ?? (await foldOperand(graph, node, operand));
    if (stored) return { ...stored, data: node.inputs[operand.data] ?? '' };
  }
  return undefined;
}

/** A weight that the graph computes from constants: it has a name, though no place in the file. */
async function foldOperand(
  graph: Graph,
  node: GraphNode,
  operand: LinearOperand,
): Promise<{ tensor: string; classAxis: number } | undefined> {
  const tensor = node.inputs[operand.weight] ?? '';
  const folded = graph.constants.has(tensor) ? undefined : await graph.fold?.(tensor);
  if (!folded || folded.shape.length < 2) return undefined;
  if (operand.matrix && folded.shape.filter((d) => d !== 1).length > 2) return undefined;
  return { tensor, classAxis: operand.classes === 'first' ? 0 : folded.shape.length - 1 };
}

/** A position in a shape: counted from the front, or "first" and "last" where the rank is not known. */
type Position = 'first' | 'last' | number;

async function resolveOperand(
  graph: Graph,
  producers: ReadonlyMap<string, GraphNode>,
  node: GraphNode,
  operand: LinearOperand,
): Promise<{ tensor: string; classAxis: number } | undefined> {
  let tensor = node.inputs[operand.weight] ?? '';
  let position: Position = operand.classes;
  let reshaped = false;
  for (let step = 0; step < MAX_WEIGHT_STEPS; step++) {
    const constant = graph.constants.get(tensor);
    if (constant) {
      if (operand.matrix && constant.shape.filter((d) => d !== 1).length > 2) return undefined;
      const classAxis = storedAxis(constant.shape, position, reshaped);
      return classAxis === undefined ? undefined : { tensor, classAxis };
    }
    const maker = producers.get(tensor);
    if (maker?.role.kind !== 'pass' || !maker.role.weight) return undefined;
    const { weight } = maker.role;
    if (weight.kind === 'transpose') {
      const permutation = await weight.permutation();
      if (permutation === null) return undefined;
      const before = permuted(position, permutation);
      if (before === undefined) return undefined;
      position = before;
    } else if (weight.kind === 'reshape') {
      if (typeof position === 'number') return undefined;
      reshaped = true;
    }
    tensor = maker.inputs[0] ?? '';
  }
  return undefined;
}

/** Where an axis stood before a Transpose: output axis i was input axis permutation[i]. */
function permuted(position: Position, permutation: readonly number[] | undefined): Position | undefined {
  if (permutation === undefined) {
    if (position === 'first') return 'last';
    return position === 'last' ? 'first' : undefined;
  }
  const axis = position === 'first' ? 0 : position === 'last' ? permutation.length - 1 : position;
  const before = permutation[axis];
  if (before === 0) return 'first';
  return before === permutation.length - 1 ? 'last' : before;
}

/** The axis in the stored shape. Behind a Reshape, axes of length 1 may stand before the first or after the last. */
function storedAxis(shape: readonly number[], position: Position, reshaped: boolean): number | undefined {
  if (shape.length < 2) return undefined;
  if (typeof position === 'number') return position < shape.length ? position : undefined;
  let axis = position === 'first' ? 0 : shape.length - 1;
  if (reshaped) while (shape[axis] === 1 && axis >= 0 && axis < shape.length) axis += position === 'first' ? 1 : -1;
  return shape[axis] === undefined ? undefined : axis;
}
