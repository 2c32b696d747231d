import type { Matrix } from '../../tensor/matrix.ts';

/** How the kernel of thin products lays out a matrix: rows by the four, each padded to a multiple of four values. */
export interface PaddedShape {
  /** Blocks of four rows. */
  blocks: number;
  /** Values of a padded row. */
  cols: number;
}

export function paddedShape({ rows, cols }: Matrix): PaddedShape {
  return { blocks: Math.ceil(rows / 4), cols: 4 * Math.ceil(cols / 4) };
}

/** Copies rows of `cols` values into rows of `padded` values, the rest of which stays as it is. */
export function padRows(
  from: Float32Array | Float64Array,
  to: Float32Array | Float64Array,
  cols: number,
  padded: number,
): void {
  if (cols === padded) to.set(from);
  else for (let i = 0, at = 0; at < from.length; i++, at += cols) to.set(from.subarray(at, at + cols), i * padded);
}

export function unpadRows(from: Float32Array | Float64Array, to: Float64Array, cols: number, padded: number): void {
  for (let i = 0, at = 0; at < to.length; i++, at += cols) to.set(from.subarray(i * padded, i * padded + cols), at);
}

/** Copies a matrix of `width` columns into blocks of four rows, component by component; absent rows are left alone. */
export function toBlocks(from: Float64Array, to: Float32Array | Float64Array, width: number): void {
  for (let i = 0, at = 0; at < from.length; i++) {
    const block = (i >> 2) * 4 * width + (i & 3);
    for (let t = 0; t < width; t++, at++) to[block + 4 * t] = from[at]!;
  }
}

export function fromBlocks(from: Float32Array | Float64Array, to: Float64Array, width: number): void {
  for (let i = 0, at = 0; at < to.length; i++) {
    const block = (i >> 2) * 4 * width + (i & 3);
    for (let t = 0; t < width; t++, at++) to[at] = from[block + 4 * t]!;
  }
}
