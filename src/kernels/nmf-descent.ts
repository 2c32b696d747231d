import type { Matrix } from '../tensor/matrix.ts';
import { nmfIterationPlain } from './plain/nmf-descent.ts';
import type { KernelOptions } from './wasm-kernel.ts';

/** Coordinate descent under way. */
export interface NmfDescent {
  /** One iteration; the sum of the absolute projected gradients met on the way. */
  iterate(): number;
  /** Brings the factors back into the arrays they came from. */
  finish(): void;
}

/** Prepares coordinate descent for X ≈ U·H on `u` (rows × width) and `h` (width × cols), all values at least 0. */
export function nmfDescent(
  x: Matrix,
  u: Float64Array,
  h: Float64Array,
  width: number,
  _options: KernelOptions & { precision: 'f64' | 'f32' },
): NmfDescent {
  return {
    iterate: () => nmfIterationPlain(x.data, x.rows, x.cols, u, h, width),
    finish: () => {},
  };
}
