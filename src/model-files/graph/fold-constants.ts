import { checkShape } from '../../tensor/check-shape.ts';
import { gatherStrided, rowMajorStrides } from '../../tensor/strided.ts';
import { elementCount, type Tensor } from '../../tensor/tensor.ts';
import type { TensorEntry } from '../../tensor/tensor-entry.ts';
import type { FoldStep } from './fold-steps.ts';
import { broadcastShape, combine, combineAll, concatenated, reduce, reducedShape } from './fold-values.ts';

/** A node as folding needs it. */
export interface FoldNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface FoldableGraph<N extends FoldNode> {
  readonly file: string;
  readonly nodes: readonly N[];
  /** A tensor that the file stores. */
  stored(name: string): TensorEntry | undefined;
  /** What a node does to constants; undefined for operators that are not folded. */
  stepOf(node: N): FoldStep | undefined | Promise<FoldStep | undefined>;
}

/** Gives the tensor that nodes compute from constants alone; undefined where something else flows in. */
export type FoldConstant = (name: string) => Promise<TensorEntry | undefined>;

/** Nodes between a weight and what it is made of; real graphs have a handful. */
const MAX_DEPTH = 32;
/** Nodes that one file may have folded. */
const MAX_FOLDED = 10_000;
const MAX_PARTS = 1024;

/** Folds constants on demand. Shapes are told at once; values are computed when they are read. */
export function constantFolder<N extends FoldNode>(graph: FoldableGraph<N>): FoldConstant {
  const producers = new Map<string, N>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  const known = new Map<string, TensorEntry | undefined>();
  let left = MAX_FOLDED;

  async function fold(name: string, depth: number): Promise<TensorEntry | undefined> {
    const stored = graph.stored(name);
    if (stored || name === '') return stored;
    if (known.has(name)) return known.get(name);
    // Until it is known it counts as no constant, which ends circles.
    known.set(name, undefined);
    const node = producers.get(name);
    if (!node || depth > MAX_DEPTH || node.outputs[0] !== name || --left < 0) return undefined;
    const step = await graph.stepOf(node);
    if (!step) return undefined;
    const count = 'parts' in step ? step.parts : step.kind === 'binary' ? 2 : 1;
    if (count > MAX_PARTS) return undefined;
    const inputs: TensorEntry[] = [];
    for (const input of node.inputs.slice(0, count)) {
      const entry = await fold(input, depth + 1);
      if (!entry) return undefined;
      inputs.push(entry);
    }
    const result = inputs.length === count ? await applyStep(step, inputs) : undefined;
    if (!result) return undefined;
    checkShape(graph.file, `tensor ${name}`, result.shape);
    const entry: TensorEntry = {
      name,
      dtype: 'f32',
      shape: result.shape,
      composed: `computed by ${node.op} from ${inputs.map((input) => input.name).join(', ')}`,
      folded: true,
      read: async () => {
        const { shape, data } = result.compute(await Promise.all(inputs.map((input) => input.read())));
        return { shape, data: Float32Array.from(data) };
      },
    };
    known.set(name, entry);
    return entry;
  }
  return (name) => fold(name, 0);
}

interface Folded {
  readonly shape: readonly number[];
  compute(inputs: readonly Tensor[]): Tensor;
}

/** The shape of what a step makes, and how to make it; undefined where the shapes do not fit. */
async function applyStep(step: FoldStep, inputs: readonly TensorEntry[]): Promise<Folded | undefined> {
  const [first, second] = inputs.map((input) => input.shape) as [readonly number[], (readonly number[])?];
  switch (step.kind) {
    case 'same':
      return { shape: first, compute: ([input]) => input! };
    case 'unary':
      return {
        shape: first,
        compute: ([input]) => ({ shape: first, data: Float64Array.from(input!.data, step.apply) }),
      };
    case 'reshape': {
      const shape = await step.shape(first);
      if (!shape || elementCount(shape) !== elementCount(first)) return undefined;
      return { shape, compute: ([input]) => ({ shape, data: input!.data }) };
    }
    case 'transpose': {
      const given = await step.permutation();
      if (given === null) return undefined;
      const order = given ?? first.map((_, axis) => first.length - 1 - axis);
      if (order.length !== first.length || new Set(order).size !== first.length) return undefined;
      if (!order.every((axis) => axis in first)) return undefined;
      const shape = order.map((axis) => first[axis]!);
      const strides = rowMajorStrides(first);
      return {
        shape,
        compute: ([input]) =>
          gatherStrided(
            input!.data,
            shape,
            order.map((axis) => strides[axis]!),
          ),
      };
    }
    case 'binary': {
      const shape = second && broadcastShape(first, second);
      return shape && { shape, compute: ([a, b]) => combine(shape, a!, b!, step.apply) };
    }
    case 'elementwise': {
      const shape = inputs.reduce<readonly number[] | undefined>(
        (joined, input) => joined && broadcastShape(joined, input.shape),
        first,
      );
      return shape && { shape, compute: (parts) => combineAll(shape, parts, step.apply) };
    }
    case 'concat': {
      const given = await step.axis();
      if (given === undefined) return undefined;
      const axis = given < 0 ? given + first.length : given;
      const fits = inputs.every(
        ({ shape }) => shape.length === first.length && shape.every((d, i) => i === axis || d === first[i]),
      );
      if (!fits || first[axis] === undefined) return undefined;
      const shape = first.with(
        axis,
        inputs.reduce((sum, input) => sum + input.shape[axis]!, 0),
      );
      return { shape, compute: (parts) => concatenated(shape, parts, axis) };
    }
    case 'reduce': {
      const given = await step.axes();
      const axes = given && axesOf(first, given.length === 0 ? first.map((_, axis) => axis) : given);
      if (!axes) return undefined;
      const shape = reducedShape(first, axes, step.keepAxes);
      return { shape, compute: ([input]) => ({ shape, data: reduce(input!, axes, step.how).data }) };
    }
    case 'normalise': {
      const axes = axesOf(first, [step.axis]);
      if (!axes) return undefined;
      const how = step.p === 1 ? 'l1' : 'l2';
      return {
        shape: first,
        compute: ([input]) => combine(first, input!, reduce(input!, axes, how), (a, norm) => a / norm),
      };
    }
  }
}

function axesOf(shape: readonly number[], axes: readonly number[]): number[] | undefined {
  const counted = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  return counted.every((axis) => shape[axis] !== undefined) ? counted : undefined;
}

/**
 * Folds a tensor for a walk and keeps it: among the constants of the walk, and among the tensors of the file, where it
 * can be read under its name in the graph.
 */
export function keepFolded(
  fold: FoldConstant,
  tensors: Map<string, TensorEntry>,
  constants: Map<string, Pick<TensorEntry, 'shape' | 'read'>>,
): FoldConstant {
  return async (name) => {
    const entry = await fold(name);
    if (entry && !tensors.has(name)) tensors.set(name, entry);
    if (entry) constants.set(name, entry);
    return entry;
  };
}
