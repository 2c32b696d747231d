import type { Matrix } from '../../tensor/matrix.ts';
import { type KernelOptions, kernelLayout, wasmKernel } from '../shared/wasm-kernel.ts';
import { offDiagonalSumsWasm } from './generated/off-diagonal-sums.wasm.ts';
import { offDiagonalSumsPlain } from './plain.ts';
import type { OffDiagonalSums } from './types.ts';

const kernel = wasmKernel<{ sums(data: number, n: number, rows: number, columns: number, out: number): void }>(
  offDiagonalSumsWasm,
);

/** The sums of an n×n matrix from which the diagonal was removed (n × (n − 1)), in 64 bits. */
export function offDiagonalSums(matrix: Matrix, options: KernelOptions = {}): OffDiagonalSums {
  const { rows: n, data } = matrix;
  const layout = kernelLayout();
  const outAt = layout.take(6 * 8);
  const rowsAt = layout.take(8 * n);
  const columnsAt = layout.take(8 * n);
  const dataAt = layout.take(8 * data.length);
  const open = kernel.open(layout.end(), options);
  if (!open) return offDiagonalSumsPlain(matrix);
  const { exports, buffer, base } = open;
  new Float64Array(buffer, base + dataAt, data.length).set(data);
  exports.sums(base + dataAt, n, base + rowsAt, base + columnsAt, base + outAt);
  return [...new Float64Array(buffer, base + outAt, 6)] as OffDiagonalSums;
}
