import type { Tensor } from '../../tensor/tensor.ts';

/**
 * A computation graph as the head walk needs it. ONNX and TFLite each translate their operators to these few roles, so
 * that one walk serves both. Tensors are named by strings; an absent optional input is the empty string.
 */
export interface Graph {
  /** Graph outputs in the file's order. */
  readonly outputs: readonly string[];
  readonly nodes: readonly GraphNode[];
  /** Tensors whose values the file stores, by name. */
  readonly constants: ReadonlyMap<string, { readonly shape: readonly number[]; read?(): Promise<Tensor> }>;
  /** Number of dimensions of a tensor, where the file tells it. */
  rankOf(tensor: string): number | undefined;
  /** Where the classes stand in a 4-dimensional activation: axis 1 in ONNX (NCHW), axis 3 in TFLite (NHWC). */
  readonly channelAxis: 1 | 3;
  /** The tensor that nodes compute from constants alone, once it is a weight; it then is among `constants`. */
  fold?(tensor: string): Promise<{ readonly shape: readonly number[] } | undefined>;
}

export interface GraphNode {
  /** The operator as the file calls it, such as "Gemm" or "FULLY_CONNECTED". */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly role: NodeRole;
  /** An activation that the node applies to its result itself, such as "RELU6". */
  readonly activation?: string;
}

/** What a node does to class scores that flow through it, and to a weight on its way from storage to a linear layer. */
export type NodeRole =
  /** Keeps class and row together: activations, changes of shape or type, pooling over places. Data is input 0 if none is named. */
  | {
      readonly kind: 'pass';
      readonly weight?: WeightStep;
      readonly data?: number;
      /** The length of the last of three axes that a change of shape gives, where it is fixed: the classes of a detector. */
      readonly lastOfThree?: () => Promise<number | undefined>;
    }
  /** Puts the places of several levels of a detector one behind the other, along an axis that is not that of the classes. */
  | { readonly kind: 'levels' }
  /** Sums the inputs of these indices: a bias where all but one are constant, else branches that are joined. */
  | { readonly kind: 'sum'; readonly inputs: readonly number[] }
  /** Multiplies or divides input by input; passable where one of the two is a scale. */
  | {
      readonly kind: 'scale';
      readonly inputs: readonly [number, number];
      readonly isScale?: (tensor: string) => boolean;
      /** What a constant along the classes does where it is the second input (or either of a product). */
      readonly perClass?: 'multiplies' | 'divides';
    }
  /** Multiplies each class by a number of its own, and may add another: BatchNormalization behind a layer. */
  | { readonly kind: 'factor'; readonly factor: RowFactor }
  /** Takes one of several tensors, or the last of several rounds: If, Loop. */
  | { readonly kind: 'choice' }
  /** Keeps a part of each axis; undefined when the file does not store the bounds as constants. */
  | { readonly kind: 'slice'; readonly bounds: () => Promise<readonly AxisSlice[] | undefined> }
  /** A linear layer; which input is the weight, and which is the data, is tried in this order. */
  | { readonly kind: 'linear'; readonly operands: readonly LinearOperand[] }
  | { readonly kind: 'other' };

export interface LinearOperand {
  readonly weight: number;
  readonly data: number;
  /** The end of the weight's shape at which the classes are counted, as this node sees the weight. */
  readonly classes: 'first' | 'last';
  /** True where more than two axes longer than 1 would be a batch of matrices, which is no linear head (MatMul). */
  readonly matrix?: boolean;
}

/** What a node does to a weight that passes through it. */
export type WeightStep =
  /** Nothing that moves an element: Identity, Cast, DequantizeLinear. */
  | { readonly kind: 'same' }
  /** A change of shape that keeps the order of elements. */
  | { readonly kind: 'reshape' }
  /** Permutes the axes; undefined stands for the reversed order. The promise gives null when it cannot be told. */
  | { readonly kind: 'transpose'; readonly permutation: () => Promise<readonly number[] | undefined | null> };

/** What class scores are multiplied by behind a linear layer, class by class: the same as if its rows had been. */
export interface RowFactor {
  /** The operator that multiplies, for reports. */
  readonly op: string;
  /** How many classes there are where it stands. */
  readonly count: number;
  read(): Promise<ArrayLike<number>>;
}

/** start:end:step of one axis as NumPy writes it; negative values count from the end. */
export interface AxisSlice {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The role of a node that class scores pass through, with what it does to a weight if weights may pass it too. */
export function passRole(weight: WeightStep | undefined): NodeRole {
  return weight ? { kind: 'pass', weight } : { kind: 'pass' };
}

/** Which node makes each tensor. */
export function producersOf(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  const producers = new Map<string, GraphNode>();
  for (const node of nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  return producers;
}
