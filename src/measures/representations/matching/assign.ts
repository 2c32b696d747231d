import { UsageError } from '../../../base/errors.ts';
import { solveAssignment } from '../../../kernels/assignment/assignment.ts';
import type { KernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import type { AssignOptions } from './assign-options.ts';
import {
  APPROXIMATE_METHODS,
  MATCHING_METHODS,
  type Matched,
  type MatchingMethod,
  type MatchingProblem,
  type MatchingRecord,
} from './matching-methods.ts';

/** Which rows and columns were paired, and how good that is. */
export interface Assignment {
  /** The column of each row, each column at most once; −1 for an unmatched row. */
  columns: Int32Array;
  /** Sum of the affinities of the matched pairs, in 64 bits. */
  value: number;
  /**
   * Upper bound of the value of any assignment, from feasible duals (a proof, not an estimate). `optimal` closes it to
   * rounding, `prototypes` to its gap; for the other methods it is the sum of the row or column maxima, and no more than a
   * sanity check.
   */
  dualBound: number;
  method: MatchingMethod;
  tier: KernelTier;
}

/**
 * Assigns rows to columns so that the sum of their affinities is as large as the method makes it; min(rows, columns)
 * pairs. `affinity` is row-major, rows × columns, of any finite scale; `optimal` does not quantise it. Float64Array input
 * is solved in 64 bits throughout, many times slower.
 *
 * @throws UsageError if the length is not rows × columns, a value is NaN or infinite, or an option is out of range.
 */
export function assign(
  affinity: Float32Array | Float64Array,
  rows: number,
  columns: number,
  options: AssignOptions = {},
): Assignment {
  const { method = 'optimal' } = options;
  checkShape(affinity, rows, columns, options);
  if (method === 'optimal') {
    const solution = solveAssignment(affinity, rows, columns, options);
    if (!solution) throw notFinite(affinity, columns);
    const value = sumOf(affinity, columns, solution.columns);
    // The bound is at least the value; a smaller one is rounding.
    return { ...solution, value, dualBound: Math.max(solution.dualBound, value), method };
  }
  const dualBound = maximaBound(affinity, rows, columns);
  if (!Number.isFinite(dualBound)) throw notFinite(affinity, columns);
  const matched = match(method, {
    affinity,
    rows,
    columns,
    rowNorms: () => options.rowNorms ?? rowMaxima(affinity, rows, columns),
    columnNorms: () => options.columnNorms ?? columnMaxima(affinity, rows, columns),
    ...(options.rowVectors && { rowVectors: options.rowVectors }),
    ...(options.columnVectors && { columnVectors: options.columnVectors }),
    options,
  });
  const value = sumOf(affinity, columns, matched.columns);
  const { columns: held, tier } = matched;
  return { columns: held, value, dualBound: Math.max(value, matched.dualBound ?? dualBound), method, tier };
}

function match(method: string, problem: MatchingProblem): Matched {
  const record = (APPROXIMATE_METHODS as Readonly<Record<string, MatchingRecord>>)[method];
  if (record?.needsVectors) requireVectors(method, problem);
  if (record) return record.match(problem);
  throw new UsageError(`There is no matching method "${String(method)}".`, {
    hint: `Choose one of ${MATCHING_METHODS.join(', ')}.`,
  });
}

function requireVectors(method: string, { rows, columns, rowVectors, columnVectors }: MatchingProblem): void {
  if (rowVectors?.rows !== rows || columnVectors?.rows !== columns)
    throw new UsageError(
      `Method "${method}" needs the vectors of all ${rows} rows and ${columns} columns: rowVectors and columnVectors.`,
    );
  if (rows !== columns)
    throw new UsageError(`Method "${method}" needs equally many rows and columns; found ${rows} and ${columns}.`);
}

function checkShape(
  affinity: Float32Array | Float64Array,
  rows: number,
  columns: number,
  { rowNorms, columnNorms, batchSize, topk }: AssignOptions,
): void {
  const whole = Number.isInteger(rows) && Number.isInteger(columns) && rows >= 0 && columns >= 0;
  if (!whole || affinity.length !== rows * columns)
    throw new UsageError(`The affinity has ${affinity.length} values, which is not ${rows}×${columns}.`);
  if (rowNorms && rowNorms.length !== rows)
    throw new UsageError(`rowNorms has ${rowNorms.length} values for ${rows} rows.`);
  if (columnNorms && columnNorms.length !== columns)
    throw new UsageError(`columnNorms has ${columnNorms.length} values for ${columns} columns.`);
  for (const [name, value] of Object.entries({ batchSize, topk }))
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw new UsageError(`${name} must be a whole number above 0; found ${value}.`);
}

function notFinite(affinity: Float32Array | Float64Array, columns: number): UsageError {
  const at = affinity.findIndex((value) => !Number.isFinite(value));
  return new UsageError(
    `Affinities must be finite; row ${Math.floor(at / columns)}, column ${at % columns} is ${affinity[at]}.`,
  );
}

function sumOf(affinity: Float32Array | Float64Array, columns: number, held: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < held.length; i++) if (held[i]! >= 0) sum += affinity[i * columns + held[i]!]!;
  return sum;
}

function rowMaxima(affinity: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const maxima = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    let most = Number.NEGATIVE_INFINITY;
    for (const end = at + columns; at < end; at++) if (affinity[at]! > most) most = affinity[at]!;
    maxima[i] = most;
  }
  return maxima;
}

function columnMaxima(affinity: Float32Array | Float64Array, rows: number, columns: number): Float64Array {
  const maxima = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      if (affinity[i * columns + j]! > maxima[j]!) maxima[j] = affinity[i * columns + j]!;
  return maxima;
}

/**
 * The bound of prices 0: the sum of the maxima of the shorter side, every line of which is matched. NaN if a value is not
 * finite.
 */
function maximaBound(affinity: Float32Array | Float64Array, rows: number, columns: number): number {
  let finite = 0;
  for (let i = 0; i < affinity.length; i++) finite += affinity[i]! - affinity[i]!;
  if (finite !== 0) return Number.NaN;
  const maxima = rows <= columns ? rowMaxima(affinity, rows, columns) : columnMaxima(affinity, rows, columns);
  return maxima.reduce((sum, value) => sum + value, 0);
}
