import { UsageError } from '../errors.ts';
import type { Matrix, Matrix32 } from '../tensor/matrix.ts';
import { mirrorUpper, rowProductsPlain } from './plain/gram.ts';
import type { KernelOptions } from './wasm-kernel.ts';

/**
 * X·Xᵀ of a float32 matrix (rows × features): rows × rows, exactly symmetric. Products are summed in blocks of float32
 * and the blocks in 64 bits: off by at most about 1e-6 of ‖xᵢ‖‖xⱼ‖.
 */
export function gram(x: Matrix32, _options: KernelOptions = {}): Matrix32 {
  const out: Matrix32 = { rows: x.rows, cols: x.rows, data: new Float32Array(x.rows * x.rows) };
  rowProductsPlain(x.data, x.data, x.cols, out.data, true);
  mirrorUpper(out.data, x.rows);
  return out;
}

/**
 * X·Yᵀ of two float32 matrices with the same number of columns: x.rows × y.rows, to the accuracy of {@link gram}.
 *
 * @throws UsageError when the numbers of columns differ.
 */
export function crossGram(x: Matrix32, y: Matrix32, _options: KernelOptions = {}): Matrix32 {
  requireEqualDepth(x, y);
  const out: Matrix32 = { rows: x.rows, cols: y.rows, data: new Float32Array(x.rows * y.rows) };
  rowProductsPlain(x.data, y.data, x.cols, out.data);
  return out;
}

function requireEqualDepth(x: Matrix, y: Matrix): void {
  if (x.cols !== y.cols)
    throw new UsageError(`Row products need equally many columns; found ${x.rows}×${x.cols} and ${y.rows}×${y.cols}.`);
}
