import { assignmentPrices } from '../../../kernels/assignment/assignment.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';

/** How much of each row's supply goes to each column, with the prices that prove it the best. */
export interface Transport {
  /** Row, column and whole amount of each flow above 0, rows ascending. */
  rows: Int32Array;
  columns: Int32Array;
  amounts: Int32Array;
  /** Σ amount · value. */
  value: number;
  /** Duals: rowPrices[i] + columnPrices[j] ≥ values[i, j] up to rounding, with equality where something flows. */
  rowPrices: Float64Array;
  columnPrices: Float64Array;
}

/** Rounding errors of 64-bit duals, as a part of the largest value. */
const TOLERANCE = 1e-12;

interface State {
  values: Float32Array;
  /** What rounding may do to a dual. */
  tolerance: number;
  m: number;
  n: number;
  rowPrices: Float64Array;
  columnPrices: Float64Array;
  /** What is left of each row's supply and of each column's demand. */
  supply: Int32Array;
  demand: Int32Array;
  /** Flow of each pair, dense. */
  flow: Int32Array;
  /** Rows that send something to each column. */
  senders: Set<number>[];
}

/**
 * The transport of greatest value between `supplies` and `demands`, whole numbers above 0 of equal sums: every unit of a row
 * goes to one column, and `values` (rows × columns, finite) says what a unit is worth there. Exact, with duals: shortest
 * augmenting paths over the whole matrix, from the prices of the optimal assignment where there are as many rows as columns:
 * where all supplies and demands are equal, that is the transport.
 */
export function solveTransport(
  values: Float32Array,
  supplies: Int32Array,
  demands: Int32Array,
  options: KernelOptions = {},
): Transport {
  const [m, n] = [supplies.length, demands.length];
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const state: State = {
    values,
    tolerance: largest * TOLERANCE,
    m,
    n,
    rowPrices: new Float64Array(m),
    columnPrices: m === n ? assignmentPrices(values, n, options) : new Float64Array(n),
    supply: Int32Array.from(supplies),
    demand: Int32Array.from(demands),
    flow: new Int32Array(m * n),
    senders: Array.from({ length: n }, () => new Set<number>()),
  };
  sendToBest(state);
  const search = makeSearch(m, n);
  for (let row = 0; row < m; row++) while (state.supply[row]! > 0) augment(state, row, search);
  return collect(state);
}

/** Prices each row by its best column, and sends what fits there. */
function sendToBest(state: State): void {
  const { values, tolerance, m, n, rowPrices, columnPrices, supply, demand } = state;
  for (let i = 0; i < m; i++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) best = Math.max(best, values[i * n + j]! - columnPrices[j]!);
    rowPrices[i] = best;
    for (let j = 0; j < n && supply[i]! > 0; j++)
      if (demand[j]! > 0 && values[i * n + j]! - columnPrices[j]! >= best - tolerance)
        send(state, i, j, Math.min(supply[i]!, demand[j]!));
  }
}

/** Moves units of a row that are free to a column that wants them. */
function send(state: State, i: number, j: number, amount: number): void {
  state.supply[i]! -= amount;
  state.demand[j]! -= amount;
  change(state, i, j, amount);
}

function change({ flow, n, senders }: State, i: number, j: number, amount: number): void {
  flow[i * n + j]! += amount;
  if (flow[i * n + j]! > 0) senders[j]!.add(i);
  else senders[j]!.delete(i);
}

interface Search {
  distance: Float64Array;
  /** Row from which a column was reached, and column by which a row was. */
  fromRow: Int32Array;
  fromColumn: Int32Array;
  rowDistance: Float64Array;
  open: Int32Array;
  settled: Int32Array;
  reached: Int32Array;
}

function makeSearch(m: number, n: number): Search {
  return {
    distance: new Float64Array(n),
    fromRow: new Int32Array(n),
    fromColumn: new Int32Array(m),
    rowDistance: new Float64Array(m),
    open: new Int32Array(n),
    settled: new Int32Array(n),
    reached: new Int32Array(m),
  };
}

/** Sends what it can of a row's supply along the shortest path to a column with demand left (Dijkstra, dense). */
function augment(state: State, start: number, search: Search): void {
  const { values, n, rowPrices, columnPrices, demand, flow, senders, supply } = state;
  const { distance, fromRow, fromColumn, rowDistance, open, settled, reached } = search;
  distance.fill(Number.POSITIVE_INFINITY);
  fromColumn.fill(-2);
  for (let j = 0; j < n; j++) open[j] = j;
  let openCount = n;
  let settledCount = 0;
  let reachedCount = 0;
  const reach = (row: number, by: number, at: number): void => {
    fromColumn[row] = by;
    rowDistance[row] = at;
    reached[reachedCount++] = row;
    const offset = at + rowPrices[row]!;
    for (let k = 0; k < openCount; k++) {
      const j = open[k]!;
      const key = Math.max(at, offset - (values[row * n + j]! - columnPrices[j]!));
      if (key < distance[j]!) {
        distance[j] = key;
        fromRow[j] = row;
      }
    }
  };
  reach(start, -1, 0);
  let sink = -1;
  let at = 0;
  while (sink < 0) {
    let place = 0;
    for (let k = 1; k < openCount; k++) {
      const [a, b] = [distance[open[k]!]!, distance[open[place]!]!];
      // Of equally near columns one with demand ends the search.
      if (a < b || (a === b && demand[open[k]!]! > 0 && demand[open[place]!]! === 0)) place = k;
    }
    const column = open[place]!;
    at = distance[column]!;
    open[place] = open[--openCount]!;
    if (demand[column]! > 0) sink = column;
    else {
      settled[settledCount++] = column;
      for (const row of senders[column]!) if (fromColumn[row] === -2) reach(row, column, at);
    }
  }
  for (let k = 0; k < settledCount; k++) columnPrices[settled[k]!]! += at - distance[settled[k]!]!;
  for (let k = 0; k < reachedCount; k++) rowPrices[reached[k]!]! -= at - rowDistance[reached[k]!]!;
  let amount = Math.min(supply[start]!, demand[sink]!);
  for (let column = sink; ; ) {
    const row = fromRow[column]!;
    if (row === start) break;
    const by = fromColumn[row]!;
    amount = Math.min(amount, flow[row * n + by]!);
    column = by;
  }
  supply[start]! -= amount;
  demand[sink]! -= amount;
  for (let column = sink; ; ) {
    const row = fromRow[column]!;
    change(state, row, column, amount);
    if (row === start) break;
    const by = fromColumn[row]!;
    change(state, row, by, -amount);
    column = by;
  }
}

function collect({ values, m, n, flow, rowPrices, columnPrices }: State): Transport {
  const found: number[] = [];
  let value = 0;
  for (let k = 0; k < m * n; k++)
    if (flow[k]! > 0) {
      found.push(k);
      value += flow[k]! * values[k]!;
    }
  return {
    rows: Int32Array.from(found, (k) => Math.floor(k / n)),
    columns: Int32Array.from(found, (k) => k % n),
    amounts: Int32Array.from(found, (k) => flow[k]!),
    value,
    rowPrices,
    columnPrices,
  };
}
