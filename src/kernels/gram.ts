import { UsageError } from '../errors.ts';
import type { Matrix, Matrix32 } from '../tensor/matrix.ts';
import { mirrorUpper } from '../tensor/symmetric.ts';
import { gramWasm } from './generated/gram.wasm.ts';
import { rowProductsPlain } from './plain/gram.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from './wasm-kernel.ts';

interface GramExports {
  pack(from: number, to: number, rows: number, depth: number, shift: number): void;
  multiply(x: number, y: number, out: number, sums: number, m: number, n: number, depth: number, upper: boolean): void;
}

const kernel = wasmKernel<GramExports>(gramWasm);

/**
 * X·Xᵀ of a float32 matrix (rows × features): rows × rows, exactly symmetric. Products are summed in blocks of float32
 * and the blocks in 64 bits: off by at most about 1e-6 of ‖xᵢ‖‖xⱼ‖.
 */
export function gram(x: Matrix32, options: KernelOptions = {}): Matrix32 {
  const out: Matrix32 = { rows: x.rows, cols: x.rows, data: new Float32Array(x.rows * x.rows) };
  rowProducts(x, x, out.data, true, options);
  mirrorUpper(out.data, x.rows);
  return out;
}

/**
 * X·Yᵀ of two float32 matrices with the same number of columns: x.rows × y.rows, to the accuracy of {@link gram}.
 *
 * @throws UsageError when the numbers of columns differ.
 */
export function crossGram(x: Matrix32, y: Matrix32, options: KernelOptions = {}): Matrix32 {
  requireEqualDepth(x, y);
  const out: Matrix32 = { rows: x.rows, cols: y.rows, data: new Float32Array(x.rows * y.rows) };
  rowProducts(x, y, out.data, false, options);
  return out;
}

function requireEqualDepth(x: Matrix, y: Matrix): void {
  if (x.cols !== y.cols)
    throw new UsageError(`Row products need equally many columns; found ${x.rows}×${x.cols} and ${y.rows}×${y.cols}.`);
}

function rowProducts(x: Matrix32, y: Matrix32, out: Float32Array, upper: boolean, options: KernelOptions): void {
  const depth = x.cols;
  const layout = kernelLayout();
  const sumsAt = layout.take(4 * 8 * 8);
  const xPackedAt = layout.take(4 * ceilTo(x.rows, 4) * depth);
  const yPackedAt = layout.take(4 * ceilTo(y.rows, 8) * depth);
  // The rows are only needed until they are packed, so the result may take their place.
  const rowsAt = layout.take(4 * Math.max(x.data.length, y.data.length, out.length));
  const open = kernel.open(layout.end(), options);
  if (!open) {
    rowProductsPlain(x.data, y.data, depth, out, upper);
    return;
  }
  const { exports, buffer, base } = open;
  new Float32Array(buffer, base + rowsAt, x.data.length).set(x.data);
  exports.pack(base + rowsAt, base + xPackedAt, x.rows, depth, 2);
  if (y !== x) new Float32Array(buffer, base + rowsAt, y.data.length).set(y.data);
  exports.pack(base + rowsAt, base + yPackedAt, y.rows, depth, 3);
  exports.multiply(base + xPackedAt, base + yPackedAt, base + rowsAt, base + sumsAt, x.rows, y.rows, depth, upper);
  out.set(new Float32Array(buffer, base + rowsAt, out.length));
}

function ceilTo(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
