import { UsageError } from '../base/errors.ts';

/** Counts of pairs of ordered categories: counts[row · cols + col], both ascending. */
export interface ContingencyTable {
  rows: number;
  cols: number;
  counts: Uint32Array | Float64Array;
}

/**
 * Spearman's ρ of two variables known only as a table of counts, with average ranks for ties: equal to ranking the
 * values one by one, for any number of them. Null when either variable takes a single value.
 */
export function spearmanOfTable(table: ContingencyTable): number | null {
  const { rows, cols, counts } = checked(table);
  const rowTotals = new Float64Array(rows);
  const colTotals = new Float64Array(cols);
  let n = 0;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++) {
      const count = counts[r * cols + c]!;
      rowTotals[r]! += count;
      colTotals[c]! += count;
      n += count;
    }
  const rowRanks = centredRanks(rowTotals, n);
  const colRanks = centredRanks(colTotals, n);
  const variance = (totals: Float64Array, ranks: Float64Array): number => {
    let sum = 0;
    for (let k = 0; k < totals.length; k++) sum += totals[k]! * ranks[k]! * ranks[k]!;
    return sum;
  };
  let covariance = 0;
  for (let r = 0; r < rows; r++) {
    let inner = 0;
    for (let c = 0; c < cols; c++) inner += counts[r * cols + c]! * colRanks[c]!;
    covariance += inner * rowRanks[r]!;
  }
  const norm = Math.sqrt(variance(rowTotals, rowRanks) * variance(colTotals, colRanks));
  return norm === 0 ? null : Math.max(-1, Math.min(1, covariance / norm));
}

/**
 * Kendall's τ-b of two variables known only as a table of counts: concordant minus discordant pairs over the geometric
 * mean of the pairs untied in each. Null when either variable takes a single value.
 */
export function kendallOfTable(table: ContingencyTable): number | null {
  const { rows, cols, counts } = checked(table);
  /** Of all earlier rows: how many counts lie in columns before c. */
  const before = new Float64Array(cols + 1);
  const earlier = new Float64Array(cols);
  const colTotals = new Float64Array(cols);
  let n = 0;
  let earlierTotal = 0;
  let score = 0;
  let tiedRows = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) before[c + 1] = before[c]! + earlier[c]!;
    let rowTotal = 0;
    for (let c = 0; c < cols; c++) {
      const count = counts[r * cols + c]!;
      if (count === 0) continue;
      score += count * (before[c]! - (earlierTotal - before[c + 1]!));
      rowTotal += count;
    }
    for (let c = 0; c < cols; c++) {
      earlier[c]! += counts[r * cols + c]!;
      colTotals[c]! += counts[r * cols + c]!;
    }
    earlierTotal += rowTotal;
    tiedRows += (rowTotal * (rowTotal - 1)) / 2;
    n += rowTotal;
  }
  let tiedCols = 0;
  for (const total of colTotals) tiedCols += (total * (total - 1)) / 2;
  const pairs = (n * (n - 1)) / 2;
  const norm = Math.sqrt((pairs - tiedRows) * (pairs - tiedCols));
  return norm === 0 ? null : Math.max(-1, Math.min(1, score / norm));
}

/** Average rank of each category minus the mean rank. */
export function centredRanks(totals: Float64Array, n: number): Float64Array {
  const ranks = new Float64Array(totals.length);
  let below = 0;
  for (let k = 0; k < totals.length; k++) {
    ranks[k] = below + (totals[k]! + 1) / 2 - (n + 1) / 2;
    below += totals[k]!;
  }
  return ranks;
}

function checked(table: ContingencyTable): ContingencyTable {
  if (table.counts.length !== table.rows * table.cols)
    throw new UsageError(
      `A table of ${table.rows}×${table.cols} needs ${table.rows * table.cols} counts; found ${table.counts.length}.`,
    );
  return table;
}
