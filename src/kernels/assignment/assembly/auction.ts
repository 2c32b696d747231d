/** Forward Gauss–Seidel auction with ε-scaling (Bertsekas 1979, 1988): square problems only. */
import { columns, getDouble, getInt, owner, price, rowColumn, rows, SHORT_ROW, setInt, setPrice } from './arrays';
import { bestColumn, bestNet, bestTwo, bestTwoDense, secondNet } from './row-scan';

/**
 * Runs phases with ε from `start` down to `end`, each time divided by `divisor`; prices are kept from phase to phase,
 * assignments are not. Afterwards every row holds a column whose net value is within `end` of the row's best, up to
 * the rounding of 32-bit net values.
 */
export function auction(start: f64, divisor: f64, end: f64): void {
  const dense = columns <= SHORT_ROW;
  let epsilon = max(start, end);
  while (true) {
    memory.fill(owner, 0xff, (<usize>columns) << 2);
    for (let next = 0; next < rows; next++) {
      let row = next;
      // The row that loses its column bids at once, so no queue is needed.
      while (row >= 0) {
        if (dense) bestTwoDense(row);
        else bestTwo(row);
        setPrice(bestColumn, getDouble(price, bestColumn) + (bestNet - secondNet) + epsilon);
        const displaced = getInt(owner, bestColumn);
        setInt(owner, bestColumn, row);
        row = displaced;
      }
    }
    if (epsilon <= end) break;
    epsilon = max(epsilon / divisor, end);
  }
  for (let column = 0; column < columns; column++) setInt(rowColumn, getInt(owner, column), column);
}
