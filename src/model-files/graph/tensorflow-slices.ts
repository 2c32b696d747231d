import type { AxisSlice } from './graph.ts';

/** Values of a small constant tensor; undefined when the file does not store it. */
export type ReadConstant = (tensor: string) => Promise<readonly number[] | undefined>;

/** Bit sets over the axes, as TensorFlow's and TFLite's StridedSlice have them. */
export interface StridedMasks {
  begin: number;
  end: number;
  ellipsis: number;
  newAxis: number;
  shrinkAxis: number;
}

/** What a Slice of TensorFlow or TFLite keeps; its inputs are data, begin, size. Undefined where those are not constant. */
export async function sliceBounds(inputs: readonly string[], read: ReadConstant): Promise<AxisSlice[] | undefined> {
  const begin = await read(inputs[1] ?? '');
  const size = await read(inputs[2] ?? '');
  if (!begin || !size || begin.length !== size.length) return undefined;
  // A size of −1 means "to the end".
  return begin.map((start, axis) => {
    const length = size[axis]!;
    return { axis, start, end: length < 0 ? Number.MAX_SAFE_INTEGER : start + length, step: 1 };
  });
}

/**
 * What a StridedSlice of TensorFlow or TFLite keeps; its inputs are data, begin, end, strides. Undefined where those are
 * not constant, or axes come or go.
 */
export async function stridedBounds(
  inputs: readonly string[],
  masks: StridedMasks,
  read: ReadConstant,
): Promise<AxisSlice[] | undefined> {
  const [begin, end, strides] = await Promise.all([1, 2, 3].map((i) => read(inputs[i] ?? '')));
  if (!begin || !end || !strides || begin.length !== end.length) return undefined;
  if (masks.ellipsis || masks.newAxis || masks.shrinkAxis) return undefined;
  return begin.map((start, axis) => {
    const step = strides[axis] ?? 1;
    const bit = 2 ** axis;
    return {
      axis,
      start: masks.begin & bit ? (step > 0 ? 0 : Number.MAX_SAFE_INTEGER) : start,
      end: masks.end & bit ? (step > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER) : end[axis]!,
      step,
    };
  });
}
