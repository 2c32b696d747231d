import type { Tensor } from './tensor.ts';

/** Row-major strides of a shape, in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Column-major (Fortran) strides of a shape, in elements. */
export function columnMajorStrides(shape: readonly number[]): number[] {
  return rowMajorStrides(shape.toReversed()).reverse();
}

/** The row-major tensor whose element at an index stands in `data` at Σ index·stride; the caller checks the bounds. */
export function gatherStrided(
  data: Float32Array | Float64Array,
  shape: readonly number[],
  strides: readonly number[],
): Tensor {
  const count = shape.reduce((n, d) => n * d, 1);
  const out = data instanceof Float64Array ? new Float64Array(count) : new Float32Array(count);
  const last = shape.length - 1;
  const width = shape[last] ?? 1;
  const step = strides[last] ?? 1;
  const index = new Array<number>(shape.length).fill(0);
  let offset = 0;
  for (let at = 0; at < count; ) {
    for (let i = 0, from = offset; i < width; i++, from += step) out[at++] = data[from]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return { shape, data: out };
}
