import { type KernelOptions, type KernelTier, type OpenKernel, wasmKernel } from '../shared/wasm-kernel.ts';
import { assignmentWasm } from './generated/assignment.wasm.ts';
import { solveAssignmentPlain } from './plain.ts';

interface Exports {
  prepare(rows: number, columns: number, base: number): number;
  valuesAddress(): number;
  solve(): number;
  resultAddress(): number;
  dualBound(): number;
  pricesAddress(): number;
  priceScale(): number;
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
  const open = values instanceof Float32Array && rows > 0 ? openFor(rows, columns, options) : undefined;
  if (!open || !(values instanceof Float32Array)) {
    const solution = solveAssignmentPlain(values, rows, columns);
    return solution && { ...solution, tier: 'plain' };
  }
  const { exports, buffer } = open;
  new Float32Array(buffer, exports.valuesAddress(), rows * columns).set(values);
  if (!exports.solve()) return undefined;
  return {
    columns: new Int32Array(buffer, exports.resultAddress(), rows).slice(),
    dualBound: exports.dualBound(),
    tier: 'simd',
  };
}

/**
 * Optimal prices of the columns of a square problem with finite values: with row duals maxⱼ(value − price) they prove its
 * optimum.
 */
export function assignmentPrices(values: Float32Array, n: number, options: KernelOptions = {}): Float64Array {
  if (values.every((value) => value === values[0])) return new Float64Array(n);
  const open = openFor(n, n, options);
  if (!open) return solveAssignmentPlain(values, n, n)!.prices;
  const { exports, buffer } = open;
  new Float32Array(buffer, exports.valuesAddress(), n * n).set(values);
  exports.solve();
  const scale = exports.priceScale();
  return new Float64Array(buffer, exports.pricesAddress(), n).map((price) => price / scale);
}

/** The kernel with memory for a problem of this size, laid out; undefined where there is too little. */
function openFor(rows: number, columns: number, options: KernelOptions): OpenKernel<Exports> | undefined {
  // The values alone, first: the kernel counts in 32 bits, and what they would pass is refused here.
  const values = kernel.open(4 * rows * columns, options);
  if (!values) return undefined;
  // Addresses come as signed numbers.
  const bytes = (values.exports.prepare(rows, columns, values.base) >>> 0) - values.base;
  const open = kernel.open(bytes, options);
  if (!open) return undefined;
  const end = open.exports.prepare(rows, columns, open.base) >>> 0;
  if (end > open.buffer.byteLength)
    throw new Error(`The assignment kernel lays out ${end} bytes and has ${open.buffer.byteLength}.`);
  return open;
}
