import type { Matrix32 } from '../../tensor/matrix.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { pairedRowsWasm } from './generated/paired-rows.wasm.ts';
import { pairedRowsPlain } from './plain.ts';

const kernel = wasmKernel<{ multiply(x: number, y: number, rows: number, depth: number, out: number): void }>(
  pairedRowsWasm,
);

/**
 * Of each row x of one matrix and the row y of the same number of another of the same shape, summed in 64 bits: x·y, x·x
 * and y·y, one triple behind the other.
 */
export function pairedRows(x: Matrix32, y: Matrix32, options: KernelOptions = {}): Float64Array {
  const { rows, cols } = x;
  const layout = kernelLayout();
  const outAt = layout.take(3 * 8 * rows);
  const xAt = layout.take(x.data.byteLength);
  const yAt = layout.take(y.data.byteLength);
  const open = kernel.open(layout.end(), options);
  if (!open) return pairedRowsPlain(x, y);
  const { exports, buffer, base } = open;
  new Float32Array(buffer, base + xAt, x.data.length).set(x.data);
  new Float32Array(buffer, base + yAt, y.data.length).set(y.data);
  exports.multiply(base + xAt, base + yAt, rows, cols, base + outAt);
  return new Float64Array(buffer, base + outAt, 3 * rows).slice();
}
