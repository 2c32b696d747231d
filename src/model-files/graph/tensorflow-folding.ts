import { reshaped, squeezed, unsqueezed } from './fold-shapes.ts';
import type { FoldStep } from './fold-steps.ts';
import type { ReadConstant } from './tensorflow-slices.ts';

type Binary = (a: number, b: number) => number;
type Unary = (a: number) => number;

const BINARY: Readonly<Record<string, Binary>> = {
  MUL: (a, b) => a * b,
  DIV: (a, b) => a / b,
  REALDIV: (a, b) => a / b,
  ADD: (a, b) => a + b,
  ADDV2: (a, b) => a + b,
  BIASADD: (a, b) => a + b,
  SUB: (a, b) => a - b,
  POW: (a, b) => a ** b,
  MAXIMUM: Math.max,
  MINIMUM: Math.min,
};

const UNARY: Readonly<Record<string, Unary>> = {
  SQRT: Math.sqrt,
  RSQRT: (a) => 1 / Math.sqrt(a),
  SQUARE: (a) => a * a,
  RECIPROCAL: (a) => 1 / a,
  NEG: (a) => -a,
  ABS: Math.abs,
  EXP: Math.exp,
};

const REDUCTIONS: Readonly<Record<string, 'sum' | 'mean' | 'max'>> = {
  SUM: 'sum',
  MEAN: 'mean',
  MAX: 'max',
  REDUCEMAX: 'max',
};

const SAME = new Set(['IDENTITY', 'READVARIABLEOP', 'STOPGRADIENT', 'CAST', 'DEQUANTIZE', 'QUANTIZE', 'FAKEQUANT']);

/** A node of TensorFlow or TFLite, whose operators go by names that differ in case and underscores alone. */
export interface FoldableNode {
  readonly op: string;
  readonly inputs: readonly string[];
  /** Whether a reduction keeps its axes. */
  readonly keepAxes: boolean;
  /** Axes that a Squeeze removes, where they are an attribute. */
  readonly squeezeAxes: readonly number[];
  /** The axis of a concatenation that stands in the node's options; in TensorFlow it is the last input. */
  readonly concatAxis?: number;
}

/** What an operator does to constants; undefined for those that converters do not put before weights. */
export function tensorflowFoldStep(node: FoldableNode, read: ReadConstant): FoldStep | undefined {
  const { inputs, keepAxes } = node;
  const op = node.op.replaceAll('_', '').toUpperCase();
  const list = (index: number) => read(inputs[index] ?? '');
  if (Object.hasOwn(BINARY, op)) return { kind: 'binary', apply: BINARY[op]! };
  if (Object.hasOwn(UNARY, op)) return { kind: 'unary', apply: UNARY[op]! };
  if (Object.hasOwn(REDUCTIONS, op)) return { kind: 'reduce', how: REDUCTIONS[op]!, axes: () => list(1), keepAxes };
  if (SAME.has(op)) return { kind: 'same' };
  switch (op) {
    case 'TRANSPOSE':
      return { kind: 'transpose', permutation: async () => (await list(1)) ?? null };
    case 'L2NORMALIZATION':
      return { kind: 'normalise', axis: -1, p: 2 };
    case 'CONCATENATION':
      return { kind: 'concat', axis: async () => node.concatAxis, parts: inputs.length };
    case 'CONCATV2':
      return { kind: 'concat', axis: async () => (await list(inputs.length - 1))?.[0], parts: inputs.length - 1 };
    case 'RESHAPE':
      return { kind: 'reshape', shape: async (input) => reshaped(input, await list(1), true) };
    case 'EXPANDDIMS':
      return { kind: 'reshape', shape: async (input) => unsqueezed(input, await list(1)) };
    case 'SQUEEZE':
      return { kind: 'reshape', shape: async (input) => squeezed(input, node.squeezeAxes) };
    default:
      return undefined;
  }
}
