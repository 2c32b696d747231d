import { UsageError } from '../errors.ts';
import { gram } from '../kernels/gram.ts';
import { mirrorUpper, rowProductsPlain } from '../kernels/plain/gram.ts';
import type { KernelOptions } from '../kernels/wasm-kernel.ts';
import type { Matrix } from '../tensor/matrix.ts';

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
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value > 1) data[i] = 1;
    else if (value < -1) data[i] = -1;
  }
  for (let i = 0; i < rows; i++) data[i * rows + i] = 1;
  for (const i of missing) {
    data.fill(Number.NaN, i * rows, (i + 1) * rows);
    for (let j = 0; j < rows; j++) data[j * rows + i] = Number.NaN;
  }
  return { rows, cols: rows, data, missing };
}

/** Writes each row divided by its norm into `out` and lists the zero rows, which stay zero. */
function unitRows(matrix: Matrix, out: Float32Array | Float64Array): number[] {
  const { rows, cols, data } = matrix;
  const zero: number[] = [];
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    let largest = 0;
    let finite = true;
    for (let k = start; k < start + cols; k++) {
      const size = Math.abs(data[k]!);
      finite &&= size <= Number.MAX_VALUE;
      if (size > largest) largest = size;
    }
    if (!finite) throw new UsageError(`Cannot compare rows: row ${i} of ${rows} holds a value that is not finite.`);
    if (largest === 0) {
      zero.push(i);
      continue;
    }
    // Dividing by the largest value first keeps squares of huge and tiny weights within range.
    let squares = 0;
    for (let k = start; k < start + cols; k++) squares += (data[k]! / largest) ** 2;
    const norm = Math.sqrt(squares);
    for (let k = start; k < start + cols; k++) out[k] = data[k]! / largest / norm;
  }
  return zero;
}
