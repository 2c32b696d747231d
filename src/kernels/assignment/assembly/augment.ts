/**
 * The exact finish: from feasible duals to an optimal matching by shortest augmenting paths. Each row knows the edges
 * near its maximum; what is farther away stands as one event in the heap, and is looked up only if the search gets
 * that far. So the search is that of the dense graph, at the cost of a sparse one.
 */
import {
  blockSize,
  blocks,
  boundsAddress,
  columns,
  distance,
  freeColumns,
  freeRows,
  getDouble,
  getFloat,
  getInt,
  heap,
  heapPosition,
  LIST_CAPACITY,
  largestLane,
  listColumn,
  listCount,
  listValue,
  owner,
  predecessor,
  price,
  price32,
  reachedAt,
  rowAddress,
  rowColumn,
  rowPrice,
  rows,
  SHORT_ROW,
  setDouble,
  setInt,
  setPrice,
  threshold,
  touched,
} from './arrays';
import { bestNet, bestTwo, listEdges } from './row-scan';
import { listShortRow } from './short-row';

/** Marks in heapPosition. */
// @ts-expect-error: decorator
@inline
const UNSEEN: i32 = -1;
// @ts-expect-error: decorator
@inline
const SETTLED: i32 = -2;
/** The event of a row, taken out of the heap and touched before; it may come back. */
// @ts-expect-error: decorator
@inline
const RETURNING: i32 = -3;

let heapSize: i32 = 0;
let touchedCount: i32 = 0;
let freeCount: i32 = 0;
/** Distance of the nearest free column found so far: nothing beyond it matters. */
let horizon: f64 = 0;

function siftUp(from: i32): void {
  let at = from;
  const item = getInt(heap, at);
  const key = getDouble(distance, item);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const other = getInt(heap, parent);
    if (getDouble(distance, other) <= key) break;
    setInt(heap, at, other);
    setInt(heapPosition, other, at);
    at = parent;
  }
  setInt(heap, at, item);
  setInt(heapPosition, item, at);
}

function siftDown(): void {
  let at = 0;
  const item = getInt(heap, 0);
  const key = getDouble(distance, item);
  while (true) {
    let child = 2 * at + 1;
    if (child >= heapSize) break;
    let other = getInt(heap, child);
    if (child + 1 < heapSize) {
      const right = getInt(heap, child + 1);
      if (getDouble(distance, right) < getDouble(distance, other)) {
        child++;
        other = right;
      }
    }
    if (getDouble(distance, other) >= key) break;
    setInt(heap, at, other);
    setInt(heapPosition, other, at);
    at = child;
  }
  setInt(heap, at, item);
  setInt(heapPosition, item, at);
}

/** Puts a column, or the event of a row (columns + row), into the heap, or moves it forward. */
function reach(item: i32, key: f64): void {
  setDouble(distance, item, key);
  const position = getInt(heapPosition, item);
  if (position >= 0) {
    siftUp(position);
    return;
  }
  if (position == UNSEEN) setInt(touched, touchedCount++, item);
  setInt(heap, heapSize++, item);
  siftUp(heapSize - 1);
}

// @ts-expect-error: decorator
@inline
function relax(row: i32, column: i32, value: f32, at: f64, dual: f64): void {
  const key = at + max(dual - (<f64>value - getDouble(price, column)), 0);
  if (key < horizon && key < getDouble(distance, column)) {
    setInt(predecessor, column, row);
    reach(column, key);
    if (getInt(owner, column) < 0) horizon = key;
  }
}

/**
 * Relaxes the edges of a row that has too many near-ties to list. Free columns come first, since the nearest of them
 * rules most others out; then every block whose bound reaches the horizon.
 */
function relaxWhole(row: i32, at: f64, dual: f64, guard: f64): void {
  const values = rowAddress(row);
  for (let k = 0; k < freeCount; k++) {
    const column = getInt(freeColumns, k);
    relax(row, column, getFloat(values, column), at, dual);
  }
  const bound = boundsAddress(row);
  const limit = f32x4.splat(<f32>(dual - (horizon - at) - guard));
  for (let b = 0; b < blocks; b += 4) {
    let mask = i32x4.bitmask(f32x4.ge(v128.load(bound + ((<usize>b) << 2)), limit));
    while (mask != 0) {
      const block = b + ctz(mask);
      mask &= mask - 1;
      let high = f32x4.splat(-Infinity);
      for (let j = block * blockSize, end = j + blockSize; j < end; j += 4) {
        const offset = (<usize>j) << 2;
        const x = f32x4.sub(v128.load(values + offset), v128.load(price32 + offset));
        high = f32x4.pmax(high, x);
        let near = i32x4.bitmask(f32x4.ge(x, limit));
        while (near != 0) {
          const column = j + ctz(near);
          near &= near - 1;
          relax(row, column, getFloat(values, column), at, dual);
        }
      }
      store<f32>(bound + ((<usize>block) << 2), largestLane(high));
    }
  }
}

/** Relaxes the edges of a row reached at a distance. */
function relaxRow(row: i32, at: f64, guard: f64): void {
  const dual = getDouble(rowPrice, row);
  const count = getInt(listCount, row);
  if (count < 0) {
    relaxWhole(row, at, dual, guard);
    return;
  }
  const list = (<usize>(row * LIST_CAPACITY)) << 2;
  for (let k = 0; k < count; k++) relax(row, getInt(listColumn + list, k), getFloat(listValue + list, k), at, dual);
  const event = at + max(dual - getDouble(threshold, row), 0);
  if (event < horizon) {
    setDouble(reachedAt, row, at);
    reach(columns + row, event);
  }
}

/** Looks farther along a row, four times as wide as before. */
function widen(row: i32, width: f64, guard: f64): void {
  bestTwo(row);
  const seen = max(bestNet - getDouble(threshold, row), width);
  listEdges(row, bestNet - 4 * seen, guard, getInt(rowColumn, row));
  setDouble(distance, columns + row, Infinity);
  setInt(heapPosition, columns + row, RETURNING);
  relaxRow(row, getDouble(reachedAt, row), guard);
}

/** Finds a shortest path from a free row to a free column and swaps the matching along it. */
function augment(start: i32, width: f64, guard: f64): void {
  heapSize = 0;
  touchedCount = 0;
  horizon = Infinity;
  let row = start;
  let at: f64 = 0;
  let sink = -1;
  relaxRow(row, 0, guard);
  while (true) {
    const item = getInt(heap, 0);
    heapSize--;
    if (heapSize > 0) {
      setInt(heap, 0, getInt(heap, heapSize));
      siftDown();
    }
    at = getDouble(distance, item);
    if (item >= columns) {
      widen(item - columns, width, guard);
      continue;
    }
    setInt(heapPosition, item, SETTLED);
    row = getInt(owner, item);
    if (row < 0) {
      sink = item;
      break;
    }
    relaxRow(row, at, guard);
  }
  for (let k = 0; k < touchedCount; k++) {
    const item = getInt(touched, k);
    if (item < columns && getInt(heapPosition, item) == SETTLED) {
      const rise = at - getDouble(distance, item);
      if (rise > 0) {
        setPrice(item, getDouble(price, item) + rise);
        const holder = getInt(owner, item);
        setDouble(rowPrice, holder, getDouble(rowPrice, holder) - rise);
      }
    }
    setDouble(distance, item, Infinity);
    setInt(heapPosition, item, UNSEEN);
  }
  setDouble(rowPrice, start, getDouble(rowPrice, start) - at);
  let k = 0;
  while (getInt(freeColumns, k) != sink) k++;
  setInt(freeColumns, k, getInt(freeColumns, --freeCount));
  let column = sink;
  while (true) {
    const from = getInt(predecessor, column);
    setInt(owner, column, from);
    const left = getInt(rowColumn, from);
    setInt(rowColumn, from, column);
    if (from == start) break;
    column = left;
  }
}

/**
 * Completes the matching. Matches held on entry are kept where they are tight within `tolerance`; free rows first try
 * tight edges, then search.
 */
export function finish(width: f64, guard: f64, tolerance: f64): void {
  for (let item = 0; item < columns + rows; item++) {
    setDouble(distance, item, Infinity);
    setInt(heapPosition, item, UNSEEN);
  }
  memory.fill(owner, 0xff, (<usize>columns) << 2);
  let free = 0;
  for (let row = 0; row < rows; row++) {
    const own = getInt(rowColumn, row);
    let dual: f64 = 0;
    if (own >= 0 && columns <= SHORT_ROW) {
      // The auction leaves every row within ε of its best, so its own column tells what is near that.
      const net = <f64>getFloat(rowAddress(row), own) - getDouble(price, own);
      dual = listShortRow(row, net - width, guard, own);
      for (let w = width / 4; getInt(listCount, row) < 0 && w > width / 1000; w /= 4)
        listShortRow(row, dual - w, guard, own);
    } else {
      bestTwo(row);
      dual = listEdges(row, bestNet - width, guard, own);
      for (let w = width / 4; getInt(listCount, row) < 0 && w > width / 1000; w /= 4)
        listEdges(row, bestNet - w, guard, own);
    }
    setDouble(rowPrice, row, dual);
    if (own >= 0 && dual - (<f64>getFloat(rowAddress(row), own) - getDouble(price, own)) <= tolerance)
      setInt(owner, own, row);
    else {
      setInt(rowColumn, row, -1);
      setInt(freeRows, free++, row);
    }
  }
  let left = 0;
  for (let k = 0; k < free; k++) {
    const row = getInt(freeRows, k);
    const dual = getDouble(rowPrice, row);
    const count = getInt(listCount, row);
    const values = rowAddress(row);
    const list = (<usize>(row * LIST_CAPACITY)) << 2;
    for (let e = 0; e < (count < 0 ? columns : count); e++) {
      const column = count < 0 ? e : getInt(listColumn + list, e);
      if (getInt(owner, column) >= 0) continue;
      if (dual - (<f64>getFloat(values, column) - getDouble(price, column)) > tolerance) continue;
      setInt(owner, column, row);
      setInt(rowColumn, row, column);
      break;
    }
    if (getInt(rowColumn, row) < 0) setInt(freeRows, left++, row);
  }
  freeCount = 0;
  for (let column = 0; column < columns; column++)
    if (getInt(owner, column) < 0) setInt(freeColumns, freeCount++, column);
  for (let k = 0; k < left; k++) augment(getInt(freeRows, k), width, guard);
}
