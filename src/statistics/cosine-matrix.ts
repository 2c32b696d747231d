import { UsageError } from '../errors.ts';
import { gram } from '../kernels/gram.ts';
import { rowProductsPlain } from '../kernels/plain/gram.ts';
import type { KernelOptions } from '../kernels/wasm-kernel.ts';
import type { Matrix } from '../tensor/matrix.ts';
import { mirrorUpper } from '../tensor/symmetric.ts';

export interface CosineMatrixOptions extends KernelOptions {
  /**
   * "f32" (default): float32 in and out, products off by at most about 1e-6. "f64": all in 64 bits, several times
   * slower and twice the memory.
   */
  precision?: 'f32' | 'f64';
}

/** A square matrix of similarities between the same things along both sides. */
export interface SimilarityMatrix<A extends Float32Array | Float64Array = Float32Array | Float64Array>
  extends Matrix<A> {
  /** Rows without a direction: all of their entries are NaN. Ascending. */
  missing: readonly number[];
}

/**
 * Cosine similarity of every pair of rows, w_k·w_l / (‖w_k‖‖w_l‖): rows × rows, in [−1, 1], exactly symmetric, exactly 1
 * on the diagonal. Of class templates (classes × features) this is the Network Class Similarity Matrix of Filus &
 * Domańska. A zero row has no direction: its row and column are NaN and it is listed as missing.
 *
 * @throws UsageError when a value is not finite; the message names the first such row.
 */
export function cosineSimilarityMatrix(
  templates: Matrix,
  options: CosineMatrixOptions & { precision: 'f64' },
): SimilarityMatrix<Float64Array>;
export function cosineSimilarityMatrix(
  templates: Matrix,
  options?: CosineMatrixOptions & { precision?: 'f32' },
): SimilarityMatrix<Float32Array>;
export function cosineSimilarityMatrix(templates: Matrix, options?: CosineMatrixOptions): SimilarityMatrix;
export function cosineSimilarityMatrix(templates: Matrix, options: CosineMatrixOptions = {}): SimilarityMatrix {
  const { rows, cols } = templates;
  const exact = options.precision === 'f64';
  const unit = exact ? new Float64Array(rows * cols) : new Float32Array(rows * cols);
  const missing = unitRows(templates, unit);
  let data: Float32Array | Float64Array;
  if (unit instanceof Float32Array) data = gram({ rows, cols, data: unit }, options).data;
  else {
    data = new Float64Array(rows * rows);
    rowProductsPlain(unit, unit, cols, data, true);
    mirrorUpper(data, rows);
  }
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i]!) > 1) data[i] = Math.sign(data[i]!);
  for (let i = 0; i < rows; i++) data[i * rows + i] = 1;
  for (const i of missing) {
    data.fill(Number.NaN, i * rows, (i + 1) * rows);
    for (let j = 0; j < rows; j++) data[j * rows + i] = Number.NaN;
  }
  return { rows, cols: rows, data, missing };
}

/** Writes each row divided by its norm into `out` and lists the zero rows, which stay zero. */
export function unitRows(matrix: Matrix, out: Float32Array | Float64Array): number[] {
  const { rows, cols, data } = matrix;
  const zero: number[] = [];
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    const end = start + cols;
    let squares = 0;
    for (let k = start; k < end; k++) squares += data[k]! * data[k]!;
    if (squares > SAFE_SQUARES && squares < 1 / SAFE_SQUARES) {
      const scale = 1 / Math.sqrt(squares);
      for (let k = start; k < end; k++) out[k] = data[k]! * scale;
    } else if (!unitExtremeRow(data.subarray(start, end), out.subarray(start, end))) zero.push(i);
    if (Number.isNaN(out[start]!))
      throw new UsageError(`Cannot compare rows: row ${i} of ${rows} holds a value that is not finite.`);
  }
  return zero;
}

/** Sums of squares between this and its inverse have lost nothing to underflow and are far from overflow. */
const SAFE_SQUARES = 1e-200;

/**
 * As above for a row that is zero, huge, tiny or not finite: divided by its largest value first. False for a zero row;
 * a row that is not finite becomes NaN.
 */
function unitExtremeRow(row: Float32Array | Float64Array, out: Float32Array | Float64Array): boolean {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return false;
  let squares = 0;
  for (const value of row) squares += (value / largest) ** 2;
  const norm = Number.isFinite(largest) ? Math.sqrt(squares) : Number.NaN;
  for (let k = 0; k < row.length; k++) out[k] = row[k]! / largest / norm;
  return true;
}
