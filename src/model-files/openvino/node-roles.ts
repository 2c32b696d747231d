import type { AxisSlice, NodeRole, WeightStep } from '../graph/graph.ts';
import { passRole } from '../graph/graph.ts';
import { type ReadConstant, stridedBounds } from '../graph/tensorflow-slices.ts';
import type { IrLayer } from './read-ir.ts';

const SAME: WeightStep = { kind: 'same' };
const RESHAPE: WeightStep = { kind: 'reshape' };

/** Operations that scores pass by input 0, with what they do to a weight on its way, where they may stand there. */
const PASSABLE: Readonly<Record<string, WeightStep | undefined>> = {
  SoftMax: undefined,
  Softmax: undefined,
  LogSoftmax: undefined,
  Sigmoid: undefined,
  ReLU: undefined,
  PReLU: undefined,
  Clamp: undefined,
  Elu: undefined,
  ReduceMean: undefined,
  AvgPool: undefined,
  TopK: undefined,
  Interpolate: undefined,
  FakeQuantize: undefined,
  Convert: SAME,
  Reshape: RESHAPE,
  Squeeze: RESHAPE,
  Unsqueeze: RESHAPE,
};

/** Translates a layer to what the head walk knows; `read` gives small constants. */
export function irRole({ type, data, inputs }: IrLayer, read: ReadConstant): NodeRole {
  const flag = (name: string): boolean => /^(?:true|1)$/i.test(data.get(name) ?? '');
  if (type === 'Reshape') {
    const lastOfThree = async () => {
      const shape = await read(inputs[1] ?? '');
      return shape?.length === 3 && shape[2]! > 0 ? shape[2] : undefined;
    };
    return { kind: 'pass', weight: RESHAPE, lastOfThree };
  }
  if (Object.hasOwn(PASSABLE, type)) return passRole(PASSABLE[type]);
  switch (type) {
    case 'Transpose': {
      const permutation = async () => {
        const order = await read(inputs[1] ?? '');
        // An empty order reverses the axes.
        return order === undefined ? null : order.length === 0 ? undefined : order;
      };
      return { kind: 'pass', weight: { kind: 'transpose', permutation } };
    }
    case 'Concat':
      // Batch, places, classes: what is joined along the places are levels.
      return data.get('axis') === '1' ? { kind: 'levels' } : { kind: 'other' };
    case 'Add':
    case 'Subtract':
      return { kind: 'sum', inputs: [0, 1] };
    case 'Multiply':
    case 'Divide':
      return { kind: 'scale', inputs: [0, 1], perClass: type === 'Multiply' ? 'multiplies' : 'divides' };
    case 'StridedSlice': {
      const mask = (name: string, ignoredBy: '0' | '1') => bits(data.get(`${name}_mask`) ?? '', ignoredBy);
      // A 0 in these two says that the bound does not count, where TensorFlow's bit 1 does.
      const masks = {
        begin: mask('begin', '0'),
        end: mask('end', '0'),
        ellipsis: mask('ellipsis', '1'),
        newAxis: mask('new_axis', '1'),
        shrinkAxis: mask('shrink_axis', '1'),
      };
      return { kind: 'slice', bounds: () => stridedBounds(inputs, masks, read) };
    }
    case 'Slice':
      return { kind: 'slice', bounds: () => sliceBounds(inputs, read) };
    case 'MatMul':
      return {
        kind: 'linear',
        operands: [
          { weight: 1, data: 0, classes: flag('transpose_b') ? 'first' : 'last', matrix: true },
          { weight: 0, data: 1, classes: flag('transpose_a') ? 'last' : 'first', matrix: true },
        ],
      };
    case 'Convolution':
      return { kind: 'linear', operands: [{ weight: 1, data: 0, classes: 'first' }] };
    default:
      return { kind: 'other' };
  }
}

/** Which places of "1, 0, 1" are `set`, as bits. */
function bits(list: string, set: '0' | '1'): number {
  return list
    .split(',')
    .slice(0, 30)
    .reduce((sum, value, axis) => (value.trim() === set ? sum + 2 ** axis : sum), 0);
}

/** Inputs are data, start, stop, step and, where not all axes are meant, the axes. */
async function sliceBounds(inputs: readonly string[], read: ReadConstant): Promise<AxisSlice[] | undefined> {
  const [start, stop, step] = await Promise.all([1, 2, 3].map((i) => read(inputs[i] ?? '')));
  if (!start || !stop || !step || start.length !== stop.length || start.length !== step.length) return undefined;
  const axes = inputs[4] ? await read(inputs[4]) : start.map((_, axis) => axis);
  if (axes?.length !== start.length) return undefined;
  return start.map((from, i) => ({ axis: axes[i]!, start: from, end: stop[i]!, step: step[i]! }));
}
