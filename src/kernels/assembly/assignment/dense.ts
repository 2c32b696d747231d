/**
 * Shortest augmenting paths over the whole matrix in 64 bits: for problems so small that prices from an auction would
 * cost more than they save.
 */
import {
  columns,
  distance,
  getDouble,
  getFloat,
  getInt,
  openPrice,
  owner,
  predecessorRow,
  price,
  reachedAt,
  rowAddress,
  rowColumn,
  rowPrice,
  rows,
  setDouble,
  setInt,
  setPrice,
  stride,
  touched,
} from './arrays';

/** Prices from which every column is somebody's best: the largest value of each column. */
function reduceColumns(): void {
  for (let j = 0; j < stride; j += 4) {
    let high = v128.load(rowAddress(0) + (<usize>j << 2));
    for (let row = 1; row < rows; row++) high = f32x4.pmax(high, v128.load(rowAddress(row) + (<usize>j << 2)));
    v128.store(price + (<usize>j << 3), f64x2.promote_low_f32x4(high));
    v128.store(price + (<usize>j << 3), f64x2.promote_low_f32x4(i32x4.shuffle(high, high, 2, 3, 2, 3)), 16);
  }
  for (let j = columns; j < stride; j++) setDouble(price, j, 0);
}

/** Sets every row's dual to its exact maximum and gives it that column where it is free. */
function takeBest(): void {
  for (let row = 0; row < rows; row++) {
    const values = rowAddress(row);
    let high = f64x2.splat(-Infinity);
    for (let j = 0; j < stride; j += 2)
      high = f64x2.pmax(
        high,
        f64x2.sub(
          f64x2.promote_low_f32x4(v128.load64_zero(values + (<usize>j << 2))),
          v128.load(price + (<usize>j << 3)),
        ),
      );
    const best = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
    setDouble(rowPrice, row, best);
    for (let column = 0; column < columns; column++) {
      if (getInt(owner, column) >= 0 || <f64>getFloat(values, column) - getDouble(price, column) != best) continue;
      setInt(owner, column, row);
      setInt(rowColumn, row, column);
      break;
    }
  }
}

/** Finds a shortest path from a free row to a free column and swaps the matching along it. */
function augment(start: i32): void {
  memory.copy(openPrice, price, <usize>stride << 3);
  for (let j = 0; j < stride; j += 2) v128.store(distance + (<usize>j << 3), f64x2.splat(Infinity));
  let settledCount = 0;
  let row = start;
  let at: f64 = 0;
  let sink = -1;
  while (true) {
    const values = rowAddress(row);
    const offset = f64x2.splat(at + getDouble(rowPrice, row));
    const floor = f64x2.splat(at);
    const from = f64x2.splat(<f64>row);
    let least = f64x2.splat(Infinity);
    for (let j = 0; j < stride; j += 2) {
      const place = <usize>j << 3;
      const net = f64x2.sub(
        f64x2.promote_low_f32x4(v128.load64_zero(values + (<usize>j << 2))),
        v128.load(openPrice + place),
      );
      const key = f64x2.pmax(f64x2.sub(offset, net), floor);
      const old = v128.load(distance + place);
      const less = f64x2.lt(key, old);
      const shortest = v128.bitselect(key, old, less);
      v128.store(distance + place, shortest);
      v128.store(predecessorRow + place, v128.bitselect(from, v128.load(predecessorRow + place), less));
      least = f64x2.pmin(least, shortest);
    }
    at = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
    const target = f64x2.splat(at);
    let column = -1;
    // Of equally near columns a free one ends the search.
    for (let j = 0; j < stride; j += 4) {
      const place = distance + (<usize>j << 3);
      let mask =
        i64x2.bitmask(f64x2.eq(v128.load(place), target)) | (i64x2.bitmask(f64x2.eq(v128.load(place, 16), target)) << 2);
      while (mask != 0) {
        column = j + ctz(mask);
        mask &= mask - 1;
        if (getInt(owner, column) < 0) {
          j = stride;
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
    setInt(touched, settledCount, column);
    setDouble(reachedAt, settledCount++, at);
    setDouble(openPrice, column, Infinity);
    setDouble(distance, column, Infinity);
  }
  for (let k = 0; k < settledCount; k++) {
    const column = getInt(touched, k);
    const holder = getInt(owner, column);
    const rise = at - getDouble(reachedAt, k);
    setDouble(price, column, getDouble(price, column) + rise);
    setDouble(rowPrice, holder, getDouble(rowPrice, holder) - rise);
  }
  setDouble(rowPrice, start, getDouble(rowPrice, start) - at);
  let column = sink;
  while (true) {
    const from = <i32>getDouble(predecessorRow, column);
    setInt(owner, column, from);
    const left = getInt(rowColumn, from);
    setInt(rowColumn, from, column);
    if (from == start) break;
    column = left;
  }
}

/** Solves the whole problem; rows and columns get their exact duals. */
export function denseAssignment(): void {
  memory.fill(owner, 0xff, <usize>columns << 2);
  memory.fill(rowColumn, 0xff, <usize>rows << 2);
  // In a rectangular problem the price of a column that stays free must stay 0.
  if (rows == columns) reduceColumns();
  takeBest();
  for (let row = 0; row < rows; row++) if (getInt(rowColumn, row) < 0) augment(row);
  for (let column = 0; column < columns; column++) setPrice(column, getDouble(price, column));
}
