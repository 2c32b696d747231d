import type { Matrix } from '../../tensor/matrix.ts';
import { mirrorUpper } from '../../tensor/symmetric.ts';
import type { GramOptions } from '../gram/gram.ts';
import { rowProductsPlain } from '../gram/plain.ts';
import { kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { gram64Wasm } from './generated/gram64.wasm.ts';

interface Exports {
  pack(from: number, to: number, rows: number, depth: number, scales: number, single: boolean): void;
  multiply(packed: number, out: number, sums: number, rows: number, depth: number): void;
}

const kernel = wasmKernel<Exports>(gram64Wasm);

/**
 * X·Xᵀ of a float32 or float64 matrix (rows × features), scaled row by row, in 64 bits throughout: rows × rows, exactly
 * symmetric. Several times slower than `gram`.
 */
export function gram64(x: Matrix, options: GramOptions = {}): Matrix<Float64Array> {
  const { rows, cols: depth } = x;
  const scale = options.rowScale ?? new Float64Array(rows).fill(1);
  const single = x.data instanceof Float32Array;
  const layout = kernelLayout();
  const sumsAt = layout.take(4 * 4 * 8);
  const scalesAt = layout.take(scale.byteLength);
  const packedAt = layout.take(8 * 4 * Math.ceil(rows / 4) * depth);
  // The rows are only needed until they are packed, so the result may take their place.
  const rowsAt = layout.take(Math.max((single ? 4 : 8) * rows * depth, 8 * rows * rows));
  const open = kernel.open(layout.end(), options);
  if (!open) return gram64Plain(x, scale);
  const { exports, buffer, base } = open;
  new Float64Array(buffer, base + scalesAt, rows).set(scale);
  const Values = single ? Float32Array : Float64Array;
  new Values(buffer, base + rowsAt, rows * depth).set(x.data);
  exports.pack(base + rowsAt, base + packedAt, rows, depth, base + scalesAt, single);
  exports.multiply(base + packedAt, base + rowsAt, base + sumsAt, rows, depth);
  const data = new Float64Array(buffer, base + rowsAt, rows * rows).slice();
  mirrorUpper(data, rows);
  return { rows, cols: rows, data };
}

function gram64Plain({ rows, cols, data }: Matrix, scale: Float64Array): Matrix<Float64Array> {
  const scaled = new Float64Array(rows * cols);
  for (let i = 0, k = 0; i < rows; i++) for (const end = k + cols; k < end; k++) scaled[k] = data[k]! * scale[i]!;
  const out = { rows, cols: rows, data: new Float64Array(rows * rows) };
  rowProductsPlain(scaled, scaled, cols, out.data, true);
  mirrorUpper(out.data, rows);
  return out;
}
