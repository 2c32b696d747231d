import type { Matrix, Matrix64 } from '../tensor/matrix.ts';

/** Softmax of each row, in 64 bits. */
export function softmaxRows({ rows, cols, data }: Matrix): Matrix64 {
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const at = i * cols;
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < cols; j++) largest = Math.max(largest, data[at + j]!);
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += out[at + j] = Math.exp(data[at + j]! - largest);
    for (let j = 0; j < cols; j++) out[at + j]! /= sum;
  }
  return { rows, cols, data: out };
}

/** The first row that is not a probability distribution, with the sum of its values; undefined where all are, within 0.001. */
export function firstImproperRow({ rows, cols, data }: Matrix): { row: number; sum: number } | undefined {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[row * cols + j]! >= 0 ? data[row * cols + j]! : Number.NaN;
    if (!(Math.abs(sum - 1) < 1e-3)) return { row, sum };
  }
  return undefined;
}

/** Whether every row is a probability distribution: nowhere negative, and a sum of 1 within 0.001. */
export function areProbabilities(matrix: Matrix): boolean {
  return firstImproperRow(matrix) === undefined;
}
