import { UsageError } from '../errors.ts';
import type { Matrix, Matrix32 } from '../tensor/matrix.ts';
import { mirrorUpper } from '../tensor/symmetric.ts';
import { gramWasm } from './generated/gram.wasm.ts';
import { rowProductsPlain } from './plain/gram.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from './wasm-kernel.ts';

interface GramExports {
  pack(from: number, to: number, rows: number, depth: number, shift: number, scales: number): void;
  multiply(x: number, y: number, out: number, sums: number, m: number, n: number, depth: number, upper: boolean): void;
}

const kernel = wasmKernel<GramExports>(gramWasm);

export interface GramOptions extends KernelOptions {
  /** A factor per row, applied before the products are formed: 1/‖xᵢ‖ gives cosines. */
  rowScale?: Float64Array;
}

/**
 * X·Xᵀ of a float32 matrix (rows × features): rows × rows, exactly symmetric. Products are summed in blocks of float32
 * and the blocks in 64 bits: off by at most about 1e-6 of ‖xᵢ‖‖xⱼ‖.
 */
export function gram(x: Matrix32, options: GramOptions = {}): Matrix32 {
  const out: Matrix32 = { rows: x.rows, cols: x.rows, data: new Float32Array(x.rows * x.rows) };
  rowProducts(x, x, out.data, options.rowScale ?? new Float64Array(x.rows).fill(1), options);
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
  rowProducts(x, y, out.data, new Float64Array(Math.max(x.rows, y.rows)).fill(1), options);
  return out;
}

function requireEqualDepth(x: Matrix, y: Matrix): void {
  if (x.cols !== y.cols)
    throw new UsageError(`Row products need equally many columns; found ${x.rows}×${x.cols} and ${y.rows}×${y.cols}.`);
}

/** Products of the scaled rows; for a matrix with itself only those on and above the diagonal. */
function rowProducts(x: Matrix32, y: Matrix32, out: Float32Array, scale: Float64Array, options: KernelOptions): void {
  const depth = x.cols;
  const upper = x === y;
  const layout = kernelLayout();
  const sumsAt = layout.take(4 * 8 * 8);
  const scalesAt = layout.take(scale.byteLength);
  const xPackedAt = layout.take(4 * ceilTo(x.rows, 4) * depth);
  const yPackedAt = layout.take(4 * ceilTo(y.rows, 8) * depth);
  // The rows are only needed until they are packed, so the result may take their place.
  const rowsAt = layout.take(4 * Math.max(x.data.length, y.data.length, out.length));
  const open = kernel.open(layout.end(), options);
  if (!open) {
    // Products of huge rows may only fit a float32 once they are scaled.
    const products = new Float64Array(out.length);
    rowProductsPlain(x.data, y.data, depth, products, upper);
    for (let i = 0; i < x.rows; i++)
      for (let j = upper ? i : 0; j < y.rows; j++)
        out[i * y.rows + j] = products[i * y.rows + j]! * scale[i]! * scale[j]!;
    return;
  }
  const { exports, buffer, base } = open;
  new Float64Array(buffer, base + scalesAt, scale.length).set(scale);
  new Float32Array(buffer, base + rowsAt, x.data.length).set(x.data);
  exports.pack(base + rowsAt, base + xPackedAt, x.rows, depth, 2, base + scalesAt);
  if (y !== x) new Float32Array(buffer, base + rowsAt, y.data.length).set(y.data);
  exports.pack(base + rowsAt, base + yPackedAt, y.rows, depth, 3, base + scalesAt);
  exports.multiply(base + xPackedAt, base + yPackedAt, base + rowsAt, base + sumsAt, x.rows, y.rows, depth, upper);
  out.set(new Float32Array(buffer, base + rowsAt, out.length));
}

function ceilTo(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
