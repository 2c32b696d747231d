import type { Matrix } from '../tensor/matrix.ts';
import { multiplyPlain, multiplyTransposedPlain } from './plain/thin-products.ts';
import type { KernelOptions } from './wasm-kernel.ts';

/** Products of one large matrix X (rows × cols) with thin ones, in 64 bits. */
export interface ThinProducts {
  /** X·Hᵀ into `out` (rows × width), of H (width × cols). */
  multiply(h: Float64Array, width: number, out: Float64Array): void;
  /** Uᵀ·X into `out` (width × cols), of U (rows × width). */
  multiplyTransposed(u: Float64Array, width: number, out: Float64Array): void;
}

/** Prepares products of `x` with matrices of at most `maxWidth` rows or columns. */
export function thinProducts(x: Matrix, _maxWidth: number, _options: KernelOptions = {}): ThinProducts {
  return {
    multiply: (h, _width, out) => multiplyPlain(x.data, x.cols, h, out),
    multiplyTransposed: (u, width, out) => multiplyTransposedPlain(x.data, x.rows, x.cols, u, width, out),
  };
}
