import { UsageError } from '../../base/errors.ts';
import type { Matrix } from '../../tensor/matrix.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { columnProductsWasm } from './generated/column-products.wasm.ts';
import { columnProductsPlain } from './plain.ts';

interface ColumnProductsExports {
  multiply(x: number, y: number, out: number, rows: number, m: number, n: number, from: number, to: number): void;
}

const kernel = wasmKernel<ColumnProductsExports>(columnProductsWasm);

/** A matrix in panels of four columns, interleaved row by row; the last panel is filled up with zeros. */
export interface PackedColumns {
  rows: number;
  cols: number;
  data: Float64Array;
}

/** The columns of a matrix, less `centre` where given, packed for {@link columnProducts}. */
export function packColumns({ rows, cols, data }: Matrix, centre?: Float64Array): PackedColumns {
  const packed = new Float64Array(Math.ceil(cols / 4) * 4 * rows);
  const less = centre ?? new Float64Array(cols);
  const whole = cols & ~3;
  for (let i = 0; i < rows; i++) {
    const from = i * cols;
    let to = 4 * i;
    for (let j = 0; j < whole; j += 4, to += 4 * rows) {
      packed[to] = data[from + j]! - less[j]!;
      packed[to + 1] = data[from + j + 1]! - less[j + 1]!;
      packed[to + 2] = data[from + j + 2]! - less[j + 2]!;
      packed[to + 3] = data[from + j + 3]! - less[j + 3]!;
    }
    for (let j = whole; j < cols; j++) packed[to + j - whole] = data[from + j]! - less[j]!;
  }
  return { rows, cols, data: packed };
}

/** The columns of the given numbers, in that order. */
export function pickColumns({ rows, data }: PackedColumns, columns: ArrayLike<number>): PackedColumns {
  const cols = columns.length;
  const picked = new Float64Array(Math.ceil(cols / 4) * 4 * rows);
  for (let k = 0; k < cols; k++) {
    const from = (columns[k]! >> 2) * rows * 4 + (columns[k]! & 3);
    const to = (k >> 2) * rows * 4 + (k & 3);
    for (let i = 0; i < 4 * rows; i += 4) picked[to + i] = data[from + i]!;
  }
  return { rows, cols, data: picked };
}

/** Rows `from` … `to` − 1. */
interface Block {
  from: number;
  to: number;
}

/** Whose columns lie in the kernel's memory, so that asking again does not copy them again. */
let resident: object | undefined;

/**
 * XᵀY in 64 bits over each of several blocks of rows: per block x.cols × y.cols, one behind the other. The blocks may be
 * summed or taken from one another, as cross-validation does.
 *
 * @throws UsageError when the matrices have different numbers of rows.
 */
export function columnProducts(
  x: PackedColumns,
  y: PackedColumns,
  blocks: readonly Block[],
  options: KernelOptions = {},
): Float64Array {
  return columnMultiplier(y, options)(x, blocks);
}

/** {@link columnProducts} of any X with the same Y, which must not change in between. */
export function columnMultiplier(
  y: PackedColumns,
  options: KernelOptions = {},
): (x: PackedColumns, blocks: readonly Block[]) => Float64Array {
  const own = {};
  let home: ColumnProductsExports | undefined;
  const yPanels = Math.ceil(y.cols / 4);
  return (x, blocks) => {
    if (x.rows !== y.rows)
      throw new UsageError(`Column products need equally many rows; found ${x.rows} and ${y.rows}.`);
    const size = x.cols * y.cols;
    const result = new Float64Array(blocks.length * size);
    const xPanels = Math.ceil(x.cols / 4);
    const layout = kernelLayout();
    const yAt = layout.take(y.data.byteLength);
    const xAt = layout.take(x.data.byteLength);
    const outAt = layout.take(xPanels * yPanels * 16 * 8);
    const open = kernel.open(layout.end(), options);
    if (!open) {
      blocks.forEach(({ from, to }, b) => {
        columnProductsPlain(x.data, y.data, x.rows, x.cols, y.cols, from, to, result, b * size);
      });
      return result;
    }
    const { exports, buffer, base } = open;
    if (resident !== own || home !== exports) {
      new Float64Array(buffer, base + yAt, y.data.length).set(y.data);
      resident = own;
      home = exports;
    }
    new Float64Array(buffer, base + xAt, x.data.length).set(x.data);
    const out = new Float64Array(buffer, base + outAt, xPanels * yPanels * 16);
    const stride = 4 * yPanels;
    blocks.forEach(({ from, to }, b) => {
      exports.multiply(base + xAt, base + yAt, base + outAt, x.rows, xPanels, yPanels, from, to);
      for (let i = 0; i < x.cols; i++) result.set(out.subarray(i * stride, i * stride + y.cols), b * size + i * y.cols);
    });
    return result;
  };
}
