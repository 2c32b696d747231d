import { UsageError } from '../base/errors.ts';
import { cosineGram } from '../kernels/gram/gram.ts';
import { gram64 } from '../kernels/gram64/gram64.ts';
import type { KernelOptions } from '../kernels/shared/wasm-kernel.ts';
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
  let data: Float32Array | Float64Array;
  let missing: number[];
  if (options.precision === 'f64') {
    if (templates.data instanceof Float32Array) {
      const norms = rowNorms(templates.data, rows, cols);
      missing = zeroRows(norms);
      const rowScale = norms.map((norm) => (norm === 0 ? 0 : 1 / norm));
      data = gram64(templates, { ...options, rowScale }).data;
    } else {
      const unit = new Float64Array(rows * cols);
      missing = unitRows(templates, unit);
      data = gram64({ rows, cols, data: unit }, options).data;
    }
    for (let i = 0; i < data.length; i++) if (Math.abs(data[i]!) > 1) data[i] = Math.sign(data[i]!);
  } else if (templates.data instanceof Float32Array) {
    const cosines = cosineGram({ rows, cols, data: templates.data }, options);
    missing = zeroRows(cosines.norms);
    data = cosines.data;
  } else {
    const unit = new Float32Array(rows * cols);
    missing = unitRows(templates, unit);
    data = cosineGram({ rows, cols, data: unit }, options).data;
  }
  for (let i = 0; i < rows; i++) data[i * rows + i] = 1;
  for (const i of missing) {
    data.fill(Number.NaN, i * rows, (i + 1) * rows);
    for (let j = 0; j < rows; j++) data[j * rows + i] = Number.NaN;
  }
  return { rows, cols: rows, data, missing };
}

/** Norms of the rows. Squares of float32 neither overflow nor vanish in 64 bits. */
function rowNorms(data: Float32Array, rows: number, cols: number): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const end = (i + 1) * cols;
    let k = i * cols;
    let even = 0;
    let odd = 0;
    for (; k + 2 <= end; k += 2) {
      even += data[k]! * data[k]!;
      odd += data[k + 1]! * data[k + 1]!;
    }
    if (k < end) even += data[k]! * data[k]!;
    norms[i] = Math.sqrt(even + odd);
  }
  return norms;
}

/** The rows of norm 0; throws on the first whose norm is not finite. */
function zeroRows(norms: Float64Array): number[] {
  const zero: number[] = [];
  norms.forEach((norm, i) => {
    if (!Number.isFinite(norm)) refuseRow(i, norms.length);
    if (norm === 0) zero.push(i);
  });
  return zero;
}

/**
 * Writes each row divided by its norm into `out` and lists the zero rows, which stay zero. A row is divided by its
 * largest value first, so that squares of doubles neither overflow nor vanish.
 */
export function unitRows(matrix: Matrix, out: Float32Array | Float64Array): number[] {
  const { rows, cols, data } = matrix;
  const zero: number[] = [];
  for (let i = 0; i < rows; i++) {
    const start = i * cols;
    const end = start + cols;
    let largest = 0;
    for (let k = start; k < end; k++) largest = Math.max(largest, Math.abs(data[k]!));
    if (!Number.isFinite(largest)) refuseRow(i, rows);
    if (largest === 0) {
      zero.push(i);
      continue;
    }
    let squares = 0;
    for (let k = start; k < end; k++) squares += (data[k]! / largest) ** 2;
    const norm = Math.sqrt(squares);
    for (let k = start; k < end; k++) out[k] = data[k]! / largest / norm;
  }
  return zero;
}

function refuseRow(row: number, rows: number): never {
  throw new UsageError(`Cannot compare rows: row ${row} of ${rows} holds a value that is not finite.`);
}
