/**
 * Shortest augmenting paths over the whole matrix in 64 bits (Jonker & Volgenant 1987, maximising): for problems so
 * small that keeping lists of edges would cost more than it saves.
 */
import {
  columns,
  distance,
  getDouble,
  getFloat,
  getInt,
  openPrice,
  owner,
  price,
  reachedAt,
  rowAddress,
  rowColumn,
  rowPrice,
  rows,
  setDouble,
  setInt,
  settledColumn,
  settledRow,
} from './arrays';

/** Columns with padding to whole vectors; that of the rows goes further. */
let width: i32 = 0;

/** Net values of two columns: affinity − price, in 64 bits. */
// @ts-expect-error: decorator
@inline
function netPair(values: usize, prices: usize, column: i32): v128 {
  return f64x2.sub(
    f64x2.promote_low_f32x4(v128.load64_zero(values + ((<usize>column) << 2))),
    v128.load(prices + ((<usize>column) << 3)),
  );
}

/** Columns of two pairs that equal `target`, as four bits. */
// @ts-expect-error: decorator
@inline
function equalFour(a: v128, b: v128, target: v128): i32 {
  return i64x2.bitmask(f64x2.eq(a, target)) | (i64x2.bitmask(f64x2.eq(b, target)) << 2);
}

/** The exact maximum net value of a row. */
function rowMaximum(values: usize): f64 {
  let high = f64x2.splat(-Infinity);
  let high2 = high;
  for (let j = 0; j < width; j += 4) {
    high = f64x2.pmax(high, netPair(values, price, j));
    high2 = f64x2.pmax(high2, netPair(values, price, j + 2));
  }
  high = f64x2.pmax(high, high2);
  return max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
}

/** Sets every row's dual to its exact maximum and gives it that column where it is free. */
function takeBest(): void {
  for (let row = 0; row < rows; row++) {
    const values = rowAddress(row);
    const best = rowMaximum(values);
    setDouble(rowPrice, row, best);
    const target = f64x2.splat(best);
    for (let j = 0; j < width; j += 4) {
      let mask = equalFour(netPair(values, price, j), netPair(values, price, j + 2), target);
      while (mask != 0) {
        const column = j + ctz(mask);
        mask &= mask - 1;
        if (getInt(owner, column) >= 0) continue;
        setInt(owner, column, row);
        setInt(rowColumn, row, column);
        j = width;
        break;
      }
    }
  }
}

/**
 * Lowers every price until the column is somebody's best, and gives free columns to such rows. Only where all columns
 * get used: the price of one that stays free must stay 0.
 */
function reduceColumns(): void {
  for (let j = 0; j < width; j += 4) {
    let low = f64x2.splat(-Infinity);
    let high = low;
    for (let row = 0; row < rows; row++) {
      const values = rowAddress(row) + ((<usize>j) << 2);
      const dual = v128.load64_splat(rowPrice + ((<usize>row) << 3));
      low = f64x2.pmax(low, f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(values)), dual));
      high = f64x2.pmax(high, f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(values, 8)), dual));
    }
    v128.store(price + ((<usize>j) << 3), low);
    v128.store(price + ((<usize>j) << 3), high, 16);
  }
  for (let j = columns; j < width; j++) setDouble(price, j, 0);
  for (let column = 0; column < columns; column++) {
    if (getInt(owner, column) >= 0) continue;
    const target = getDouble(price, column);
    for (let row = 0; row < rows; row++) {
      if (getInt(rowColumn, row) >= 0) continue;
      if (<f64>getFloat(rowAddress(row), column) - getDouble(rowPrice, row) != target) continue;
      setInt(owner, column, row);
      setInt(rowColumn, row, column);
      break;
    }
  }
}

/** Distance of a column by way of a row, `offset` being the distance of the row plus its dual. */
// @ts-expect-error: decorator
@inline
function keyPair(offset: v128, floor: v128, values: usize, column: i32): v128 {
  return f64x2.pmax(f64x2.sub(offset, netPair(values, openPrice, column)), floor);
}

/** Finds a shortest path from a free row to a free column and swaps the matching along it. */
function augment(start: i32): void {
  memory.copy(openPrice, price, (<usize>width) << 3);
  for (let j = 0; j < width; j += 2) v128.store(distance + ((<usize>j) << 3), f64x2.splat(Infinity));
  let settled = 0;
  let row = start;
  let at: f64 = 0;
  let sink = -1;
  setInt(settledRow, 0, start);
  setDouble(reachedAt, 0, 0);
  while (true) {
    const values = rowAddress(row);
    const offset = f64x2.splat(at + getDouble(rowPrice, row));
    const floor = f64x2.splat(at);
    let least = f64x2.splat(Infinity);
    let least2 = least;
    for (let j = 0; j < width; j += 4) {
      const place = distance + ((<usize>j) << 3);
      const a = f64x2.pmin(keyPair(offset, floor, values, j), v128.load(place));
      const b = f64x2.pmin(keyPair(offset, floor, values, j + 2), v128.load(place, 16));
      v128.store(place, a);
      v128.store(place, b, 16);
      least = f64x2.pmin(least, a);
      least2 = f64x2.pmin(least2, b);
    }
    least = f64x2.pmin(least, least2);
    at = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
    const target = f64x2.splat(at);
    let column = -1;
    // Of equally near columns a free one ends the search.
    for (let j = 0; j < width; j += 4) {
      const place = distance + ((<usize>j) << 3);
      let mask = equalFour(v128.load(place), v128.load(place, 16), target);
      while (mask != 0) {
        column = j + ctz(mask);
        mask &= mask - 1;
        if (getInt(owner, column) < 0) {
          j = width;
          break;
        }
      }
    }
    row = getInt(owner, column);
    if (row < 0) {
      sink = column;
      break;
    }
    // A settled column leaves the search: infinitely dear, infinitely far.
    settled++;
    setInt(settledRow, settled, row);
    setInt(settledColumn, settled, column);
    setDouble(reachedAt, settled, at);
    setDouble(openPrice, column, Infinity);
    setDouble(distance, column, Infinity);
  }
  swapAlong(sink, at, settled);
  for (let k = 1; k <= settled; k++) {
    const column = getInt(settledColumn, k);
    const holder = getInt(settledRow, k);
    const rise = at - getDouble(reachedAt, k);
    setDouble(price, column, getDouble(price, column) + rise);
    setDouble(rowPrice, holder, getDouble(rowPrice, holder) - rise);
  }
  setDouble(rowPrice, start, getDouble(rowPrice, start) - at);
}

/**
 * Swaps the matching along the path that ends at `sink`. The way to a column is not kept: it is the first settled row
 * that gives the column's distance, computed as in the search, from the same prices.
 */
function swapAlong(sink: i32, at: f64, settled: i32): void {
  let column = sink;
  let length = at;
  let last = settled;
  while (true) {
    let k = 0;
    for (; k < last; k++) {
      const row = getInt(settledRow, k);
      const reached = getDouble(reachedAt, k);
      const net = <f64>getFloat(rowAddress(row), column) - getDouble(price, column);
      if (max(reached + getDouble(rowPrice, row) - net, reached) == length) break;
    }
    const row = getInt(settledRow, k);
    setInt(owner, column, row);
    setInt(rowColumn, row, column);
    if (k == 0) return;
    column = getInt(settledColumn, k);
    length = getDouble(reachedAt, k);
    last = k - 1;
  }
}

/** Solves the problem from the prices that there are; returns the bound of the final prices. */
export function denseFinish(): f64 {
  width = (columns + 3) & ~3;
  memory.fill(owner, 0xff, (<usize>columns) << 2);
  memory.fill(rowColumn, 0xff, (<usize>rows) << 2);
  takeBest();
  if (rows == columns) reduceColumns();
  for (let row = 0; row < rows; row++) if (getInt(rowColumn, row) < 0) augment(row);
  let sum: f64 = 0;
  for (let row = 0; row < rows; row++) sum += rowMaximum(rowAddress(row));
  for (let column = 0; column < columns; column++) sum += getDouble(price, column);
  return sum;
}
