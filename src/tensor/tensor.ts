/** Numbers with a shape, row-major. A scalar has shape []. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array | Float64Array;
}

/** Product of the dimensions; 1 for a scalar. May pass 2⁵³ for hostile shapes, so compare before use. */
export function elementCount(shape: readonly number[]): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/** "1000×1280", "scalar" for an empty shape: how shapes are written in messages and reports. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×');
}
