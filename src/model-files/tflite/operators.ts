import type { FoldStep } from '../graph/fold-steps.ts';
import { type NodeRole, passRole, type WeightStep } from '../graph/graph.ts';
import { tensorflowFoldStep } from '../graph/tensorflow-folding.ts';
import { type ReadConstant, type StridedMasks, sliceBounds, stridedBounds } from '../graph/tensorflow-slices.ts';
import type { TfliteOperator, TfliteSubgraph } from './read-model.ts';

/** Boxes, scores of classes and anchors in; chosen boxes out. */
const DETECTION_POSTPROCESS = 'TFLite_Detection_PostProcess';

/** Axes that a Squeeze may name. */
const MAX_AXES = 64;

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
  ARG_MAX: undefined,
  TOPK_V2: undefined,
  RESIZE_BILINEAR: undefined,
  RESIZE_NEAREST_NEIGHBOR: undefined,
  RELU6: undefined,
  LEAKY_RELU: undefined,
  FAKE_QUANT: SAME,
  DEQUANTIZE: SAME,
  QUANTIZE: SAME,
  CAST: SAME,
  SQUEEZE: RESHAPE,
  EXPAND_DIMS: RESHAPE,
};

/** Which field of an operator's options names the activation that it applies to its result. */
const ACTIVATION_FIELDS: Readonly<Record<string, number>> = {
  FULLY_CONNECTED: 0,
  CONV_2D: 3,
  ADD: 0,
  SUB: 0,
  MUL: 0,
  DIV: 0,
  CONCATENATION: 1,
  L2_NORMALIZATION: 0,
};
const ACTIVATIONS: Readonly<Record<number, string>> = {
  1: 'RELU',
  2: 'RELU_N1_TO_1',
  3: 'RELU6',
  4: 'TANH',
  5: 'SIGN_BIT',
};

/** The activation that is fused into an operator. */
export function fusedActivation({ op, options }: TfliteOperator): string | undefined {
  const field = ACTIVATION_FIELDS[op];
  return field === undefined ? undefined : ACTIVATIONS[options?.uint8(field) ?? 0];
}

/** Translates one operator to what the head walk knows. */
export function tfliteRole(subgraph: TfliteSubgraph, operator: TfliteOperator, readConstant: ReadConstant): NodeRole {
  const { op, inputs, options } = operator;
  if (op === 'RESHAPE')
    return { kind: 'pass', weight: RESHAPE, lastOfThree: async () => lastOfThree(subgraph, operator) };
  if (Object.hasOwn(PASSABLE, op)) return passRole(PASSABLE[op]);
  const shapeOf = (index: number) => subgraph.byName.get(inputs[index] ?? '')?.shape;
  switch (op) {
    case 'CONCATENATION':
      // Batch, places, classes: what is joined along the places are levels.
      return options?.int32(0) === 1 ? { kind: 'levels' } : { kind: 'other' };
    case DETECTION_POSTPROCESS:
      return { kind: 'pass', data: 1 };
    case 'TRANSPOSE': {
      const permutation = async () => (await readConstant(inputs[1] ?? '')) ?? null;
      return { kind: 'pass', weight: { kind: 'transpose', permutation } };
    }
    case 'ADD':
    case 'SUB':
      return { kind: 'sum', inputs: [0, 1] };
    case 'MUL':
    case 'DIV':
      return { kind: 'scale', inputs: [0, 1], perClass: op === 'MUL' ? 'multiplies' : 'divides' };
    case 'SLICE':
      return { kind: 'slice', bounds: () => sliceBounds(inputs, readConstant) };
    case 'STRIDED_SLICE':
      return { kind: 'slice', bounds: () => stridedBounds(inputs, stridedMasks(operator), readConstant) };
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

function lastOfThree(subgraph: TfliteSubgraph, { outputs }: TfliteOperator): number | undefined {
  const shape = subgraph.byName.get(outputs[0] ?? '')?.shape ?? [];
  return shape.length === 3 && shape[2]! > 1 ? shape[2] : undefined;
}

/** A convolution has groups when its kernel sees fewer channels than its input has. */
function isGrouped(data: readonly number[] | undefined, kernel: readonly number[] | undefined): boolean {
  return data?.length === 4 && kernel?.length === 4 && data[3]! > 0 && data[3] !== kernel[3];
}

/** What an operator does to constants; undefined where it applies an activation besides, or is not folded. */
export async function tfliteFoldStep(
  operator: TfliteOperator,
  readConstant: ReadConstant,
): Promise<FoldStep | undefined> {
  if (fusedActivation(operator)) return undefined;
  const { op, inputs, options } = operator;
  return tensorflowFoldStep(
    {
      op,
      inputs,
      keepAxes: options?.uint8(0) === 1,
      squeezeAxes: op === 'SQUEEZE' ? ((await options?.int32s(0, 'the axes of a SQUEEZE', MAX_AXES)) ?? []) : [],
      ...(op === 'CONCATENATION' && { concatAxis: options?.int32(0) ?? 0 }),
    },
    readConstant,
  );
}

function stridedMasks({ options }: TfliteOperator): StridedMasks {
  const mask = (field: number) => options?.int32(field) ?? 0;
  return { begin: mask(0), end: mask(1), ellipsis: mask(2), newAxis: mask(3), shrinkAxis: mask(4) };
}
