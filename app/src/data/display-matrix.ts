import type { Matrix32 } from 'semblance';

/** A matrix in 256 steps for drawing: 0 stands for no value, 1 … 255 run linearly from `min` to `max`. */
export interface DisplayMatrix {
  rows: number;
  cols: number;
  min: number;
  max: number;
  /** Row-major, rows × cols. */
  codes: Uint8Array;
}

/** The value that a code stands for; NaN for 0. */
export function codeValue(matrix: Pick<DisplayMatrix, 'min' | 'max'>, code: number): number {
  return code === 0 ? Number.NaN : matrix.min + ((code - 1) / 254) * (matrix.max - matrix.min);
}

/** Quantises a matrix from its own smallest to its own largest value. */
export function quantise(matrix: Matrix32): DisplayMatrix {
  const { rows, cols, data } = matrix;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const x of data) {
    if (x < min) min = x;
    if (x > max) max = x;
  }
  if (min > max) [min, max] = [0, 0];
  return { rows, cols, min, max, codes: quantiseTo(data, min, max) };
}

/** Codes of values between given bounds; what lies outside takes the bound's code. */
export function quantiseTo(data: Float32Array, min: number, max: number): Uint8Array {
  const codes = new Uint8Array(data.length);
  const scale = max > min ? 254 / (max - min) : 0;
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if (x === x) codes[i] = Math.min(255, Math.max(1, Math.round((x - min) * scale) + 1));
  }
  return codes;
}
