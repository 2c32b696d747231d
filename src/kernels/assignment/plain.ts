/** The state of one problem with rows ≤ columns; rows bid for columns. */
interface Problem {
  values: Float32Array | Float64Array;
  rows: number;
  columns: number;
  price: Float64Array;
  rowPrice: Float64Array;
  rowColumn: Int32Array;
  owner: Int32Array;
}

/** Up to this size shortest paths alone are the fastest. */
const NO_AUCTION = 16;

/**
 * Exact assignment of every row to a column of its own with the greatest sum, rows ≤ columns: an auction with ε-scaling
 * for good prices where the problem is square, then shortest augmenting paths in 64 bits. Returns undefined if a value is
 * NaN or infinite. `prices` are those of the columns; `dualBound` is Σ prices + Σ row maxima at the final prices, an upper bound of every assignment.
 */
export function solveAssignmentPlain(
  values: Float32Array | Float64Array,
  rows: number,
  columns: number,
): { columns: Int32Array; dualBound: number; prices: Float64Array } | undefined {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value - value !== 0) return undefined;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
  }
  const range = largest - smallest;
  if (!(range > 0))
    return {
      columns: Int32Array.from({ length: rows }, (_, i) => i),
      dualBound: rows === 0 ? 0 : smallest * rows,
      prices: new Float64Array(columns),
    };
  const problem: Problem = {
    values,
    rows,
    columns,
    price: new Float64Array(columns),
    rowPrice: new Float64Array(rows),
    rowColumn: new Int32Array(rows).fill(-1),
    owner: new Int32Array(columns).fill(-1),
  };
  // In a rectangular problem the price of a column that stays free must stay 0, which ε-scaling would not keep.
  if (rows === columns && rows > NO_AUCTION) auction(problem, 0.02 * range, 5, (0.05 * range) / rows);
  takeBest(problem, range * 5e-14);
  const scratch = {
    distance: new Float64Array(columns),
    predecessor: new Int32Array(columns),
    open: new Int32Array(columns),
    settled: new Int32Array(columns),
  };
  for (let row = 0; row < rows; row++) if (problem.rowColumn[row]! < 0) augment(problem, row, scratch);
  return { columns: problem.rowColumn, dualBound: boundOf(problem), prices: problem.price };
}

/** Forward Gauss–Seidel auction; prices are kept from phase to phase, assignments are not. */
function auction({ values, rows, columns, price, owner }: Problem, start: number, divisor: number, end: number): void {
  for (let epsilon = Math.max(start, end); ; epsilon = Math.max(epsilon / divisor, end)) {
    owner.fill(-1);
    for (let next = 0; next < rows; next++) {
      let row = next;
      while (row >= 0) {
        const from = row * columns;
        let best = Number.NEGATIVE_INFINITY;
        let second = best;
        let column = 0;
        for (let j = 0; j < columns; j++) {
          const net = values[from + j]! - price[j]!;
          if (net <= second) continue;
          if (net > best) {
            second = best;
            best = net;
            column = j;
          } else second = net;
        }
        price[column]! += best - second + epsilon;
        const displaced = owner[column]!;
        owner[column] = row;
        row = displaced;
      }
    }
    if (epsilon <= end) break;
  }
  owner.fill(-1);
}

/** Sets every row's dual to its maximum net value and gives it a free column within `tolerance` of that. */
function takeBest({ values, rows, columns, price, rowPrice, rowColumn, owner }: Problem, tolerance: number): void {
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < columns; j++) {
      const net = values[from + j]! - price[j]!;
      if (net > best) best = net;
    }
    rowPrice[row] = best;
    for (let j = 0; j < columns; j++) {
      if (owner[j]! >= 0 || values[from + j]! - price[j]! < best - tolerance) continue;
      owner[j] = row;
      rowColumn[row] = j;
      break;
    }
  }
}

/** Finds a shortest path from a free row to a free column and swaps the matching along it (Dijkstra, dense). */
function augment(
  { values, columns, price, rowPrice, rowColumn, owner }: Problem,
  start: number,
  scratch: { distance: Float64Array; predecessor: Int32Array; open: Int32Array; settled: Int32Array },
): void {
  const { distance, predecessor, open, settled } = scratch;
  let openCount = columns;
  for (let j = 0; j < columns; j++) {
    distance[j] = Number.POSITIVE_INFINITY;
    open[j] = j;
  }
  let settledCount = 0;
  let row = start;
  let at = 0;
  let sink = -1;
  while (sink < 0) {
    const from = row * columns;
    const offset = at + rowPrice[row]!;
    let least = Number.POSITIVE_INFINITY;
    let place = -1;
    for (let k = 0; k < openCount; k++) {
      const j = open[k]!;
      let key = offset - (values[from + j]! - price[j]!);
      if (key < at) key = at;
      if (key < distance[j]!) {
        distance[j] = key;
        predecessor[j] = row;
      } else key = distance[j]!;
      // Of equally near columns a free one ends the search.
      if (key < least || (key === least && owner[j]! < 0)) {
        least = key;
        place = k;
      }
    }
    at = least;
    const column = open[place]!;
    open[place] = open[--openCount]!;
    if (owner[column]! < 0) sink = column;
    else {
      settled[settledCount++] = column;
      row = owner[column]!;
    }
  }
  for (let k = 0; k < settledCount; k++) {
    const column = settled[k]!;
    const rise = at - distance[column]!;
    price[column]! += rise;
    rowPrice[owner[column]!]! -= rise;
  }
  rowPrice[start]! -= at;
  for (let column = sink; ; ) {
    const from = predecessor[column]!;
    owner[column] = from;
    const left = rowColumn[from]!;
    rowColumn[from] = column;
    if (from === start) break;
    column = left;
  }
}

function boundOf({ values, rows, columns, price }: Problem): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < columns; j++) {
      const net = values[from + j]! - price[j]!;
      if (net > best) best = net;
    }
    sum += best;
  }
  for (let j = 0; j < columns; j++) sum += price[j]!;
  return sum;
}
