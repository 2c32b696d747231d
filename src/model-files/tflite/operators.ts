import type { AxisSlice, NodeRole, WeightStep } from '../graph/graph.ts';
import type { TfliteOperator, TfliteSubgraph } from './read-model.ts';

/** Built-in operators that the head walk knows, by their number in the TFLite schema. */
export const OPERATOR_NAMES: Readonly<Record<number, string>> = {
  0: 'ADD',
  1: 'AVERAGE_POOL_2D',
  3: 'CONV_2D',
  6: 'DEQUANTIZE',
  9: 'FULLY_CONNECTED',
  14: 'LOGISTIC',
  18: 'MUL',
  19: 'RELU',
  20: 'RELU_N1_TO_1',
  21: 'RELU6',
  22: 'RESHAPE',
  25: 'SOFTMAX',
  39: 'TRANSPOSE',
  40: 'MEAN',
  41: 'SUB',
  42: 'DIV',
  43: 'SQUEEZE',
  45: 'STRIDED_SLICE',
  50: 'LOG_SOFTMAX',
  53: 'CAST',
  65: 'SLICE',
  70: 'EXPAND_DIMS',
  80: 'FAKE_QUANT',
  98: 'LEAKY_RELU',
  114: 'QUANTIZE',
  126: 'BATCH_MATMUL',
  152: 'RELU_0_TO_1',
};

/** Operators whose options the walk looks at. */
export const OPERATORS_WITH_OPTIONS: ReadonlySet<string> = new Set([
  'FULLY_CONNECTED',
  'STRIDED_SLICE',
  'BATCH_MATMUL',
]);

const SAME: WeightStep = { kind: 'same' };
const RESHAPE: WeightStep = { kind: 'reshape' };

const PASSABLE: Readonly<Record<string, WeightStep | undefined>> = {
  AVERAGE_POOL_2D: undefined,
  MEAN: undefined,
  SOFTMAX: undefined,
  LOG_SOFTMAX: undefined,
  LOGISTIC: undefined,
  RELU: undefined,
  RELU_N1_TO_1: undefined,
  RELU_0_TO_1: undefined,
  RELU6: undefined,
  LEAKY_RELU: undefined,
  FAKE_QUANT: SAME,
  DEQUANTIZE: SAME,
  QUANTIZE: SAME,
  CAST: SAME,
  RESHAPE,
  SQUEEZE: RESHAPE,
  EXPAND_DIMS: RESHAPE,
};

/** Values of a small constant tensor; undefined when the file does not store it. */
type ReadConstant = (tensor: string) => Promise<readonly number[] | undefined>;

/** Translates one operator to what the head walk knows. */
export function tfliteRole(subgraph: TfliteSubgraph, operator: TfliteOperator, readConstant: ReadConstant): NodeRole {
  const { op, inputs, options } = operator;
  if (Object.hasOwn(PASSABLE, op)) {
    const weight = PASSABLE[op];
    return weight ? { kind: 'pass', weight } : { kind: 'pass' };
  }
  const shapeOf = (index: number) => subgraph.byName.get(inputs[index] ?? '')?.shape;
  switch (op) {
    case 'TRANSPOSE': {
      const permutation = async () => (await readConstant(inputs[1] ?? '')) ?? null;
      return { kind: 'pass', weight: { kind: 'transpose', permutation } };
    }
    case 'ADD':
    case 'SUB':
      return { kind: 'sum', inputs: [0, 1] };
    case 'MUL':
    case 'DIV':
      return { kind: 'scale', inputs: [0, 1] };
    case 'SLICE':
      return { kind: 'slice', bounds: () => sliceBounds(inputs, readConstant) };
    case 'STRIDED_SLICE':
      return { kind: 'slice', bounds: () => stridedBounds(operator, readConstant) };
    case 'FULLY_CONNECTED':
      // A second weights format shuffles the rows for one kind of processor.
      return options?.uint8(1)
        ? { kind: 'other' }
        : { kind: 'linear', operands: [{ weight: 1, data: 0, classes: 'first' }] };
    case 'CONV_2D':
      return isGrouped(shapeOf(0), shapeOf(1))
        ? { kind: 'other' }
        : { kind: 'linear', operands: [{ weight: 1, data: 0, classes: 'first' }] };
    case 'BATCH_MATMUL': {
      const classes = options?.uint8(1) ? 'first' : 'last';
      return { kind: 'linear', operands: [{ weight: 1, data: 0, classes, matrix: true }] };
    }
    default:
      return { kind: 'other' };
  }
}

/** A convolution has groups when its kernel sees fewer channels than its input has. */
function isGrouped(data: readonly number[] | undefined, kernel: readonly number[] | undefined): boolean {
  return data?.length === 4 && kernel?.length === 4 && data[3]! > 0 && data[3] !== kernel[3];
}

async function sliceBounds(inputs: readonly string[], read: ReadConstant): Promise<AxisSlice[] | undefined> {
  const begin = await read(inputs[1] ?? '');
  const size = await read(inputs[2] ?? '');
  if (!begin || !size || begin.length !== size.length) return undefined;
  // A size of −1 means "to the end".
  return begin.map((start, axis) => {
    const length = size[axis]!;
    return { axis, start, end: length < 0 ? Number.MAX_SAFE_INTEGER : start + length, step: 1 };
  });
}

async function stridedBounds(operator: TfliteOperator, read: ReadConstant): Promise<AxisSlice[] | undefined> {
  const { inputs, options } = operator;
  const begin = await read(inputs[1] ?? '');
  const end = await read(inputs[2] ?? '');
  const strides = await read(inputs[3] ?? '');
  if (!begin || !end || !strides || begin.length !== end.length) return undefined;
  const [beginMask, endMask, ellipsis, newAxis, shrink] = [0, 1, 2, 3, 4].map((field) => options?.int32(field) ?? 0);
  if (ellipsis || newAxis || shrink) return undefined;
  return begin.map((start, axis) => {
    const step = strides[axis] ?? 1;
    const bit = 2 ** axis;
    return {
      axis,
      start: beginMask! & bit ? (step > 0 ? 0 : Number.MAX_SAFE_INTEGER) : start,
      end: endMask! & bit ? (step > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER) : end[axis]!,
      step,
    };
  });
}
