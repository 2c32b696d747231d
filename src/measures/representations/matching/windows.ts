import { solveAssignment } from '../../../kernels/assignment/assignment.ts';
import type { KernelOptions, KernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import { takeGreedily } from './greedy.ts';
import { type NormOrder, orderBy } from './norm-order.ts';

type Values = Float32Array | Float64Array;

/** A part of the rows matched with a part of the columns. */
export interface MatchingWindow {
  rows: Uint32Array;
  columns: Uint32Array;
}

/**
 * The windows of batch-optimal matching: rows and columns sorted by norm, each on its own, and cut after every
 * `batchSize` of the shorter side; the last window may be short. The longer side is cut in proportion.
 */
function normWindows(
  rowNorms: ArrayLike<number>,
  columnNorms: ArrayLike<number>,
  { batchSize, normOrder }: { batchSize: number; normOrder: NormOrder },
): MatchingWindow[] {
  const rows = orderBy(rowNorms, normOrder);
  const columns = orderBy(columnNorms, normOrder);
  const shorter = Math.min(rows.length, columns.length);
  const cut = (order: Uint32Array, from: number, to: number): Uint32Array =>
    order.subarray(Math.floor((from * order.length) / shorter), Math.floor((to * order.length) / shorter));
  const windows: MatchingWindow[] = [];
  for (let from = 0; from < shorter; from += batchSize) {
    const to = Math.min(from + batchSize, shorter);
    windows.push({ rows: cut(rows, from, to), columns: cut(columns, from, to) });
  }
  return windows;
}

/** Matches each window of `normWindows` exactly. With batchSize ≥ min(rows, columns) this is the optimum. */
export function batchOptimalMatching(
  affinity: Values,
  rows: number,
  columns: number,
  rowNorms: ArrayLike<number>,
  columnNorms: ArrayLike<number>,
  options: KernelOptions & { batchSize: number; normOrder: NormOrder },
): { columns: Int32Array; tier: KernelTier } {
  const held = new Int32Array(rows).fill(-1);
  let tier: KernelTier = 'plain';
  for (const window of normWindows(rowNorms, columnNorms, options))
    tier = matchWindow(affinity, columns, window, held, options);
  return { columns: held, tier };
}

/**
 * The `topk` rows and columns of largest norm (ties by index) are matched exactly with one another; the remaining rows,
 * in descending order of norm, take the best column left. With topk ≥ min(rows, columns) this is the optimum.
 */
export function topkGreedyMatching(
  affinity: Values,
  rows: number,
  columns: number,
  rowNorms: ArrayLike<number>,
  columnNorms: ArrayLike<number>,
  options: KernelOptions & { topk: number },
): { columns: Int32Array; tier: KernelTier } {
  const held = new Int32Array(rows).fill(-1);
  const rowOrder = orderBy(rowNorms, 'descending');
  const columnOrder = orderBy(columnNorms, 'descending');
  const all = options.topk >= Math.min(rows, columns);
  const window: MatchingWindow = {
    rows: all ? rowOrder : rowOrder.subarray(0, options.topk),
    columns: all ? columnOrder : columnOrder.subarray(0, options.topk),
  };
  const tier = matchWindow(affinity, columns, window, held, options);
  const taken = new Uint8Array(columns);
  for (const column of held) if (column >= 0) taken[column] = 1;
  const rest = rowOrder.subarray(window.rows.length);
  takeGreedily(affinity, columns, rest, taken, held);
  return { columns: held, tier };
}

function matchWindow(
  affinity: Values,
  columns: number,
  window: MatchingWindow,
  held: Int32Array,
  options: KernelOptions,
): KernelTier {
  const m = window.rows.length;
  const n = window.columns.length;
  const part = new (affinity.constructor as new (n: number) => Values)(m * n);
  for (let i = 0; i < m; i++) {
    const from = window.rows[i]! * columns;
    for (let j = 0; j < n; j++) part[i * n + j] = affinity[from + window.columns[j]!]!;
  }
  // The caller has checked that all values are finite.
  const solution = solveAssignment(part, m, n, options)!;
  for (let i = 0; i < m; i++) {
    const column = solution.columns[i]!;
    held[window.rows[i]!] = column < 0 ? -1 : window.columns[column]!;
  }
  return solution.tier;
}
