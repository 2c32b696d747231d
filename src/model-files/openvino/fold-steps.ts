import { reshaped, squeezed, unsqueezed } from '../graph/fold-shapes.ts';
import type { FoldStep } from '../graph/fold-steps.ts';
import type { ReadConstant } from '../graph/tensorflow-slices.ts';
import type { IrLayer } from './read-ir.ts';

const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Multiply: (a, b) => a * b,
  Divide: (a, b) => a / b,
  Add: (a, b) => a + b,
  Subtract: (a, b) => a - b,
  Power: (a, b) => a ** b,
  Maximum: Math.max,
  Minimum: Math.min,
};

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  Sqrt: Math.sqrt,
  Negative: (a) => -a,
  Abs: Math.abs,
  Exp: Math.exp,
};

const REDUCTIONS: Readonly<Record<string, 'l1' | 'l2' | 'sum' | 'mean' | 'max'>> = {
  ReduceL1: 'l1',
  ReduceL2: 'l2',
  ReduceSum: 'sum',
  ReduceMean: 'mean',
  ReduceMax: 'max',
};

/** Whether a layer converts to real numbers, as weights that are stored small are before they are used. */
export function isConversionToFloats(type: string, data: IrLayer['data']): boolean {
  return type === 'Convert' && /^b?f\d+$/.test(data.get('destination_type') ?? '');
}

/** What a layer does to constants; undefined for operations that converters do not put before weights. */
export function irFoldStep({ type, data, inputs }: IrLayer, read: ReadConstant): FoldStep | undefined {
  const list = (index: number) => read(inputs[index] ?? '');
  if (Object.hasOwn(BINARY, type)) return { kind: 'binary', apply: BINARY[type]! };
  if (Object.hasOwn(UNARY, type)) return { kind: 'unary', apply: UNARY[type]! };
  if (Object.hasOwn(REDUCTIONS, type))
    return { kind: 'reduce', how: REDUCTIONS[type]!, axes: () => list(1), keepAxes: data.get('keep_dims') === 'true' };
  switch (type) {
    case 'Convert':
      return isConversionToFloats(type, data) ? { kind: 'same' } : undefined;
    case 'Transpose':
      return {
        kind: 'transpose',
        permutation: async () => {
          const order = await list(1);
          return order === undefined ? null : order.length === 0 ? undefined : order;
        },
      };
    case 'Concat':
      return { kind: 'concat', axis: async () => Number(data.get('axis') ?? 0), parts: inputs.length };
    case 'Reshape':
      return {
        kind: 'reshape',
        shape: async (input) => reshaped(input, await list(1), data.get('special_zero') !== 'true'),
      };
    case 'Squeeze':
      return { kind: 'reshape', shape: async (input) => squeezed(input, inputs[1] ? await list(1) : []) };
    case 'Unsqueeze':
      return { kind: 'reshape', shape: async (input) => unsqueezed(input, await list(1)) };
    case 'FakeQuantize':
      return fakeQuantize(Number(data.get('levels')));
    default:
      return undefined;
  }
}

/**
 * The values of input 0 on `levels` steps from input_low to input_high, laid from output_low to output_high (inputs 1 to
 * 4), as OpenVINO's specification of FakeQuantize has it.
 */
function fakeQuantize(levels: number): FoldStep | undefined {
  if (!(levels >= 2)) return undefined;
  const steps = levels - 1;
  return {
    kind: 'elementwise',
    parts: 5,
    apply: ([x, inputLow, inputHigh, outputLow, outputHigh]) => {
      if (x! <= Math.min(inputLow!, inputHigh!)) return outputLow!;
      if (x! > Math.max(inputLow!, inputHigh!)) return outputHigh!;
      const step = halfToEven(((x! - inputLow!) / (inputHigh! - inputLow!)) * steps);
      return (step / steps) * (outputHigh! - outputLow!) + outputLow!;
    },
  };
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
