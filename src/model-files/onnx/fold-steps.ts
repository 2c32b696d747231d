import { flattened, reshaped, squeezed, unsqueezed } from '../graph/fold-shapes.ts';
import type { FoldStep } from '../graph/fold-steps.ts';
import type { OnnxGraph, OnnxNode } from './read-model.ts';

/** Elements of a shape or a list of axes that is stored as a tensor. */
const MAX_LIST = 64;

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
};

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Neg: (a) => -a,
  Abs: Math.abs,
  Exp: Math.exp,
};

const REDUCTIONS: Readonly<Record<string, 'l1' | 'l2' | 'sum' | 'sum of squares' | 'mean' | 'max'>> = {
  ReduceL1: 'l1',
  ReduceL2: 'l2',
  ReduceSum: 'sum',
  ReduceSumSquare: 'sum of squares',
  ReduceMean: 'mean',
  ReduceMax: 'max',
};

/** What an operator of ONNX does to constants; undefined for those that exporters do not put before weights. */
export function onnxFoldStep(graph: OnnxGraph, node: OnnxNode): FoldStep | undefined {
  const { op, inputs, attributes } = node;
  if (node.domain !== '' && node.domain !== 'ai.onnx') return undefined;
  const int = (name: string, fallback: number) => attributes.get(name)?.int ?? fallback;
  const list = (index: number, attribute: string) => readList(graph, node, index, attribute);
  if (Object.hasOwn(BINARY, op)) return { kind: 'binary', apply: BINARY[op]! };
  if (Object.hasOwn(UNARY, op)) return { kind: 'unary', apply: UNARY[op]! };
  if (Object.hasOwn(REDUCTIONS, op))
    return {
      kind: 'reduce',
      how: REDUCTIONS[op]!,
      axes: () => list(1, 'axes'),
      keepAxes: int('keepdims', 1) === 1,
    };
  switch (op) {
    case 'Identity':
    case 'Cast':
      return { kind: 'same' };
    case 'DequantizeLinear':
      // The stored integers already read as the real values that this operator gives.
      return graph.tensors.has(inputs[0] ?? '') ? { kind: 'same' } : undefined;
    case 'Transpose':
      return { kind: 'transpose', permutation: async () => attributes.get('perm')?.ints };
    case 'Concat':
      return { kind: 'concat', axis: async () => int('axis', 0), parts: inputs.length };
    case 'LpNormalization':
      return { kind: 'normalise', axis: int('axis', -1), p: int('p', 2) === 1 ? 1 : 2 };
    case 'Reshape':
      return {
        kind: 'reshape',
        shape: async (input) => reshaped(input, await list(1, 'shape'), int('allowzero', 0) === 1),
      };
    case 'Flatten':
      return { kind: 'reshape', shape: async (input) => flattened(input, int('axis', 1)) };
    case 'Squeeze':
      return { kind: 'reshape', shape: async (input) => squeezed(input, await list(1, 'axes')) };
    case 'Unsqueeze':
      return { kind: 'reshape', shape: async (input) => unsqueezed(input, await list(1, 'axes')) };
    default:
      return undefined;
  }
}

/** A short list of integers: an attribute in older opsets, an input in newer ones; empty where neither is given. */
async function readList(
  graph: OnnxGraph,
  node: OnnxNode,
  index: number,
  attribute: string,
): Promise<readonly number[] | undefined> {
  const name = node.inputs[index] ?? '';
  if (name === '') return node.attributes.get(attribute)?.ints ?? [];
  const stored = graph.tensors.get(name);
  if (!stored || stored.shape.length > 1 || (stored.shape[0] ?? 1) > MAX_LIST) return undefined;
  return Array.from((await stored.read()).data);
}
