import { UsageError } from '../errors.ts';
import type { Matrix } from '../tensor/matrix.ts';
import { columnProductsWasm } from './generated/column-products.wasm.ts';
import { columnProductsPlain } from './plain/column-products.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from './wasm-kernel.ts';

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
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++)
      packed[((j >> 2) * rows + i) * 4 + (j & 3)] = data[i * cols + j]! - (centre ? centre[j]! : 0);
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

/**
 * XᵀY in 64 bits over each of several blocks of rows: per block x.cols × y.cols, one behind the other. The blocks may be
 * summed or taken from one another, as cross-validation does.
 *
 * @throws UsageError when the matrices have different numbers of rows.
 */
export function columnProducts(
  x: PackedColumns,
  y: PackedColumns,
  blocks: readonly { from: number; to: number }[],
  options: KernelOptions = {},
): Float64Array {
  if (x.rows !== y.rows) throw new UsageError(`Column products need equally many rows; found ${x.rows} and ${y.rows}.`);
  const size = x.cols * y.cols;
  const result = new Float64Array(blocks.length * size);
  const panels = [x, y].map(({ cols }) => Math.ceil(cols / 4)) as [number, number];
  const layout = kernelLayout();
  const xAt = layout.take(x.data.byteLength);
  const yAt = layout.take(y.data.byteLength);
  const outAt = layout.take(panels[0] * panels[1] * 16 * 8);
  const open = kernel.open(layout.end(), options);
  if (!open) {
    blocks.forEach(({ from, to }, b) => {
      columnProductsPlain(x.data, y.data, x.rows, x.cols, y.cols, from, to, result, b * size);
    });
    return result;
  }
  const { exports, buffer, base } = open;
  new Float64Array(buffer, base + xAt, x.data.length).set(x.data);
  new Float64Array(buffer, base + yAt, y.data.length).set(y.data);
  const out = new Float64Array(buffer, base + outAt, panels[0] * panels[1] * 16);
  const stride = 4 * panels[1];
  blocks.forEach(({ from, to }, b) => {
    exports.multiply(base + xAt, base + yAt, base + outAt, x.rows, ...panels, from, to);
    for (let i = 0; i < x.cols; i++) result.set(out.subarray(i * stride, i * stride + y.cols), b * size + i * y.cols);
  });
  return result;
}
