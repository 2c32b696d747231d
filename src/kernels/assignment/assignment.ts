import { type KernelOptions, type KernelTier, wasmKernel } from '../shared/wasm-kernel.ts';
import { assignmentWasm } from './generated/assignment.wasm.ts';
import { solveAssignmentPlain } from './plain.ts';

interface Exports {
  prepare(rows: number, columns: number, base: number): number;
  valuesAddress(): number;
  solve(): number;
  resultAddress(): number;
  dualBound(): number;
}

const kernel = wasmKernel<Exports>(assignmentWasm);

export interface AssignmentSolution {
  /** The column of each row, or −1 where there are more rows than columns. */
  columns: Int32Array;
  /** Upper bound of the sum of any assignment, from feasible duals, up to rounding in 64 bits. */
  dualBound: number;
  tier: KernelTier;
}

/**
 * The assignment of rows to columns of their own with the greatest sum; min(rows, columns) pairs. Exact: duals in 64
 * bits, no quantisation. Float64Array input is solved by the plain twin, which computes in 64 bits throughout. Returns
 * undefined if a value is NaN or infinite.
 */
export function solveAssignment(
  values: Float32Array | Float64Array,
  rows: number,
  columns: number,
  options: KernelOptions = {},
): AssignmentSolution | undefined {
  if (rows > columns) {
    const transposed = new (values.constructor as new (n: number) => Float32Array | Float64Array)(values.length);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) transposed[j * rows + i] = values[i * columns + j]!;
    const solution = solveAssignment(transposed, columns, rows, options);
    if (!solution) return undefined;
    const held = new Int32Array(rows).fill(-1);
    for (let j = 0; j < columns; j++) held[solution.columns[j]!] = j;
    return { ...solution, columns: held };
  }
  const open =
    values instanceof Float32Array && rows > 0 ? kernel.open(bytesNeeded(rows, columns), options) : undefined;
  if (!open || !(values instanceof Float32Array)) {
    const solution = solveAssignmentPlain(values, rows, columns);
    return solution && { ...solution, tier: 'plain' };
  }
  const { exports, buffer, base } = open;
  exports.prepare(rows, columns, base);
  new Float32Array(buffer, exports.valuesAddress(), rows * columns).set(values);
  if (!exports.solve()) return undefined;
  return {
    columns: new Int32Array(buffer, exports.resultAddress(), rows).slice(),
    dualBound: exports.dualBound(),
    tier: 'simd',
  };
}

/** What assembly/assignment/arrays.ts lays out, rounded up: padded rows, block bounds, edge lists, per-column arrays. */
function bytesNeeded(rows: number, columns: number): number {
  return rows * (6 * (columns + 64) + columns / 4 + 32 + 512) + 98 * (columns + 64) + 1024;
}
