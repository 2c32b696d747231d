import { UsageError } from '../../base/errors.ts';
import type { Matrix, Matrix32 } from '../../tensor/matrix.ts';
import { mirrorUpper } from '../../tensor/symmetric.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { gramWasm } from './generated/gram.wasm.ts';
import { rowProductsPlain } from './plain.ts';

interface GramExports {
  pack(from: number, to: number, rows: number, depth: number, shift: number, scales: number): void;
  multiply(x: number, y: number, out: number, sums: number, m: number, n: number, depth: number): void;
  multiplySelf(y: number, out: number, sums: number, n: number, depth: number, limit: number): void;
  squaredNorms(from: number, rows: number, depth: number, out: number): void;
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
  const scale = options.rowScale ?? new Float64Array(x.rows).fill(1);
  return selfProducts(x, () => scale, Number.POSITIVE_INFINITY, options);
}

/**
 * Cosines of the rows, to the accuracy of {@link gram} and within ±1, with the norms of the rows. The products of a zero
 * row are 0.
 */
export function cosineGram(x: Matrix32, options: KernelOptions = {}): Matrix32 & { norms: Float64Array } {
  let norms = new Float64Array(0);
  const inverse = (squares: Float64Array) => {
    norms = squares.map(Math.sqrt);
    return norms.map((norm) => (norm === 0 ? 0 : 1 / norm));
  };
  const products = selfProducts(x, inverse, 1, options);
  return { ...products, norms };
}

/**
 * X·Yᵀ of two float32 matrices with the same number of columns: x.rows × y.rows, to the accuracy of {@link gram}.
 *
 * @throws UsageError when the numbers of columns differ.
 */
export function crossGram(x: Matrix32, y: Matrix32, options: KernelOptions = {}): Matrix32 {
  requireEqualDepth(x, y);
  const out: Matrix32 = { rows: x.rows, cols: y.rows, data: new Float32Array(x.rows * y.rows) };
  rowProducts(x, y, out.data, options);
  return out;
}

function requireEqualDepth(x: Matrix, y: Matrix): void {
  if (x.cols !== y.cols)
    throw new UsageError(`Row products need equally many columns; found ${x.rows}×${x.cols} and ${y.rows}×${y.cols}.`);
}

/** Products of the rows of `x`, each times a factor that `scaleOf` makes of the squared norms, within ±`limit`. */
function selfProducts(
  x: Matrix32,
  scaleOf: (squaredNorms: Float64Array) => Float64Array,
  limit: number,
  options: KernelOptions,
): Matrix32 {
  const { rows, cols: depth } = x;
  const out: Matrix32 = { rows, cols: rows, data: new Float32Array(rows * rows) };
  const layout = kernelLayout();
  const sumsAt = layout.take(4 * 8 * 8);
  const scalesAt = layout.take(8 * rows);
  const packedAt = layout.take(4 * ceilTo(rows, 8) * depth);
  // The rows are only needed until they are packed, so the result may take their place.
  const rowsAt = layout.take(4 * Math.max(x.data.length, out.data.length));
  const open = kernel.open(layout.end(), options);
  if (open) {
    const { exports, buffer, base } = open;
    const scales = new Float64Array(buffer, base + scalesAt, rows);
    new Float32Array(buffer, base + rowsAt, x.data.length).set(x.data);
    exports.squaredNorms(base + rowsAt, rows, depth, base + scalesAt);
    scales.set(scaleOf(scales));
    exports.pack(base + rowsAt, base + packedAt, rows, depth, 3, base + scalesAt);
    exports.multiplySelf(base + packedAt, base + rowsAt, base + sumsAt, rows, depth, limit);
    out.data.set(new Float32Array(buffer, base + rowsAt, out.data.length));
  } else selfProductsPlain(x, scaleOf, limit, out.data);
  mirrorUpper(out.data, rows);
  return out;
}

/** Scaled after the products are formed: products of huge rows may only fit a float32 then. */
function selfProductsPlain(
  x: Matrix32,
  scaleOf: (squaredNorms: Float64Array) => Float64Array,
  limit: number,
  out: Float32Array,
): void {
  const { rows: n, cols: depth, data } = x;
  const products = new Float64Array(out.length);
  rowProductsPlain(data, data, depth, products, true);
  const scale = scaleOf(Float64Array.from({ length: n }, (_, i) => products[i * n + i]!));
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++)
      out[i * n + j] = Math.min(limit, Math.max(-limit, products[i * n + j]! * scale[i]! * scale[j]!));
}

/** Products of the rows of two matrices. */
function rowProducts(x: Matrix32, y: Matrix32, out: Float32Array, options: KernelOptions): void {
  const depth = x.cols;
  const layout = kernelLayout();
  const sumsAt = layout.take(4 * 8 * 8);
  const scalesAt = layout.take(8 * Math.max(x.rows, y.rows));
  const xPackedAt = layout.take(4 * ceilTo(x.rows, 4) * depth);
  const yPackedAt = layout.take(4 * ceilTo(y.rows, 8) * depth);
  // The rows are only needed until they are packed, so the result may take their place.
  const rowsAt = layout.take(4 * Math.max(x.data.length, y.data.length, out.length));
  const open = kernel.open(layout.end(), options);
  if (!open) {
    rowProductsPlain(x.data, y.data, depth, out);
    return;
  }
  const { exports, buffer, base } = open;
  new Float64Array(buffer, base + scalesAt, Math.max(x.rows, y.rows)).fill(1);
  new Float32Array(buffer, base + rowsAt, x.data.length).set(x.data);
  exports.pack(base + rowsAt, base + xPackedAt, x.rows, depth, 2, base + scalesAt);
  new Float32Array(buffer, base + rowsAt, y.data.length).set(y.data);
  exports.pack(base + rowsAt, base + yPackedAt, y.rows, depth, 3, base + scalesAt);
  exports.multiply(base + xPackedAt, base + yPackedAt, base + rowsAt, base + sumsAt, x.rows, y.rows, depth);
  out.set(new Float32Array(buffer, base + rowsAt, out.length));
}

function ceilTo(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}
