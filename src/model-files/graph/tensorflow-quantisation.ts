import type { FoldStep } from './fold-steps.ts';
import type { TensorflowNode } from './tensorflow-node.ts';
import type { ReadConstant } from './tensorflow-slices.ts';

/** Lowest value and number of values of the quantised types, by the number of their DataType: qint8, quint8, qint16, quint16. */
const QUANTISED_RANGES: Readonly<Record<number, readonly [lowest: number, count: number]>> = {
  11: [-128, 256],
  12: [0, 256],
  15: [-32_768, 65_536],
  16: [0, 65_536],
};

/**
 * What Dequantize makes of stored integers: min + (q − lowest) · step with step = (max − min) / (count − 1). The mode
 * MIN_FIRST takes the multiple of the step nearest to min in its place, so that 0 is one of the values. Undefined for the
 * mode SCALED, for ranges along an axis and for ranges that are not stored.
 */
export async function dequantised(node: TensorflowNode, read: ReadConstant): Promise<FoldStep | undefined> {
  const { attributes } = node;
  const mode = attributes.get('mode')?.text ?? 'MIN_COMBINED';
  const range = QUANTISED_RANGES[attributes.get('T')?.type ?? 0];
  if (!range || (mode !== 'MIN_COMBINED' && mode !== 'MIN_FIRST')) return undefined;
  if ((attributes.get('axis')?.int ?? -1) !== -1) return undefined;
  const bounds = await rangeOf(node, read);
  if (!bounds) return undefined;
  const [min, max] = bounds;
  const [lowest, count] = range;
  const step = (max - min) / (count - 1);
  const from = mode === 'MIN_FIRST' && step > 0 ? Math.round(min / step) * step : min;
  return { kind: 'unary', apply: (q) => from + (q - lowest) * step };
}

/**
 * What FakeQuantWithMinMaxVars and FakeQuantWithMinMaxArgs make of a value: the nearest of 2^num_bits (one less with
 * narrow_range) evenly spaced ones, moved so that 0 is one of them, as TensorFlow's documentation has it.
 */
export async function fakeQuantised(node: TensorflowNode, read: ReadConstant): Promise<FoldStep | undefined> {
  const { op, attributes } = node;
  // The others have a range for each channel.
  if (op !== 'FakeQuantWithMinMaxVars') return undefined;
  const bounds = await rangeOf(node, read);
  if (!bounds) return undefined;
  const [min, max] = bounds;
  const lowest = attributes.get('narrow_range')?.bool === true ? 1 : 0;
  const highest = 2 ** (attributes.get('num_bits')?.int ?? 8) - 1;
  const step = (max - min) / (highest - lowest);
  if (!(step > 0)) return undefined;
  const zero = Math.min(highest, Math.max(lowest, Math.round(lowest - min / step)));
  const [from, to] = [(lowest - zero) * step, (highest - zero) * step];
  return {
    kind: 'unary',
    apply: (value) => Math.floor((Math.min(to, Math.max(from, value)) - from) / step + 0.5) * step + from,
  };
}

/** The numbers in inputs 1 and 2. */
async function rangeOf({ inputs }: TensorflowNode, read: ReadConstant): Promise<[number, number] | undefined> {
  const [min, max] = [await read(inputs[1] ?? ''), await read(inputs[2] ?? '')];
  return min?.length === 1 && max?.length === 1 && min[0]! <= max[0]! ? [min[0]!, max[0]!] : undefined;
}
