/**
 * Where everything lies in memory. Rows bid for columns; there are at most as many rows as columns. Each row of the
 * affinity is padded with -Infinity to whole blocks, so that every scan runs over full vectors.
 */

/** Edges kept per row for the exact finish. A row with more near-ties than this is scanned whole. */
// @ts-expect-error: decorator
@inline
export const LIST_CAPACITY: i32 = 48;

/** Up to this many columns, looking at all of a row costs less than deciding what to look at. */
// @ts-expect-error: decorator
@inline
export const SHORT_ROW: i32 = 900;

export let rows: i32 = 0;
export let columns: i32 = 0;
/** Columns with padding. */
export let stride: i32 = 0;
/** Columns per block, and blocks per row rounded up to whole vectors. */
export let blockSize: i32 = 0;
export let blocks: i32 = 0;

export let affinity: usize = 0; // f32 [rows][stride]
export let bounds: usize = 0; // f32 [rows][blocks]: largest net value of the block when last looked at
export let hints: usize = 0; // i32 [rows]: blocks of the best and second best when last looked at, 16 bits each
export let price: usize = 0; // f64 [stride]
export let price32: usize = 0; // f32 [stride]
export let owner: usize = 0; // i32 [stride]: row that holds the column, or -1
export let rowColumn: usize = 0; // i32 [rows]: column that the row holds, or -1
export let rowPrice: usize = 0; // f64 [rows]: dual of the row
export let threshold: usize = 0; // f64 [rows]: every edge with a net value of at least this is listed
export let listCount: usize = 0; // i32 [rows], or -1 for a row that is scanned whole
export let listColumn: usize = 0; // i32 [rows][LIST_CAPACITY]
export let listValue: usize = 0; // f32 [rows][LIST_CAPACITY]
export let freeRows: usize = 0; // i32 [rows]
export let freeColumns: usize = 0; // i32 [columns]
export let distance: usize = 0; // f64 [columns + rows]
export let heapPosition: usize = 0; // i32 [columns + rows]
export let heap: usize = 0; // i32 [columns + rows]
export let touched: usize = 0; // i32 [columns + rows]
export let predecessor: usize = 0; // i32 [columns]
export let reachedAt: usize = 0; // f64 [rows + 1]
export let openPrice: usize = 0; // f64 [stride]: price, infinite for settled columns
export let settledRow: usize = 0; // i32 [rows + 1]: rows in the order in which a dense search reaches them
export let settledColumn: usize = 0; // i32 [rows + 1]: the column that each of them holds
export let coarse: usize = 0; // i16 [rows][coarseStride]: the affinity in steps, for short rows of square problems
export let coarsePrice: usize = 0; // i16 [coarseStride]
/** Columns with padding to whole groups of four vectors of 16 bits. */
export let coarseStride: i32 = 0;

let top: usize = 0;

function take(bytes: usize): usize {
  const address = top;
  top = (top + bytes + 15) & ~(<usize>15);
  return address;
}

/** Lays the arrays out from `base` on for a problem of this size; returns the first free byte. */
export function layOut(rowCount: i32, columnCount: i32, base: usize): usize {
  rows = rowCount;
  columns = columnCount;
  blockSize = columns <= 512 ? 16 : 64;
  stride = (columns + blockSize - 1) & ~(blockSize - 1);
  blocks = (stride / blockSize + 3) & ~3;
  const m = <usize>rows;
  const both = m + <usize>columns;
  top = (base + 15) & ~(<usize>15);
  affinity = take((m * <usize>stride) << 2);
  bounds = take((m * <usize>blocks) << 2);
  hints = take(m << 2);
  price = take((<usize>stride) << 3);
  price32 = take((<usize>stride) << 2);
  owner = take((<usize>stride) << 2);
  rowColumn = take(m << 2);
  rowPrice = take(m << 3);
  threshold = take(m << 3);
  listCount = take(m << 2);
  listColumn = take((m * LIST_CAPACITY) << 2);
  listValue = take((m * LIST_CAPACITY) << 2);
  freeRows = take(m << 2);
  freeColumns = take((<usize>columns) << 2);
  distance = take((both + 64) << 3);
  heapPosition = take(both << 2);
  heap = take(both << 2);
  touched = take(both << 2);
  predecessor = take((<usize>columns) << 2);
  reachedAt = take((m + 1) << 3);
  openPrice = take((<usize>stride) << 3);
  settledRow = take((m + 1) << 2);
  settledColumn = take((m + 1) << 2);
  if (rows == columns && columns <= SHORT_ROW) {
    coarseStride = (columns + 31) & ~31;
    coarse = take((m * <usize>coarseStride) << 1);
    coarsePrice = take((<usize>coarseStride) << 1);
  }
  return top;
}

// @ts-expect-error: decorator
@inline
export function getInt(array: usize, index: i32): i32 {
  return load<i32>(array + ((<usize>index) << 2));
}
// @ts-expect-error: decorator
@inline
export function setInt(array: usize, index: i32, value: i32): void {
  store<i32>(array + ((<usize>index) << 2), value);
}
// @ts-expect-error: decorator
@inline
export function getFloat(array: usize, index: i32): f32 {
  return load<f32>(array + ((<usize>index) << 2));
}
// @ts-expect-error: decorator
@inline
export function getDouble(array: usize, index: i32): f64 {
  return load<f64>(array + ((<usize>index) << 3));
}
// @ts-expect-error: decorator
@inline
export function setDouble(array: usize, index: i32, value: f64): void {
  store<f64>(array + ((<usize>index) << 3), value);
}
// @ts-expect-error: decorator
@inline
export function rowAddress(row: i32): usize {
  return affinity + ((<usize>row * <usize>stride) << 2);
}
// @ts-expect-error: decorator
@inline
export function boundsAddress(row: i32): usize {
  return bounds + ((<usize>row * <usize>blocks) << 2);
}

/** A price is kept in 64 bits and, for the scans, in 32. */
// @ts-expect-error: decorator
@inline
export function setPrice(column: i32, value: f64): void {
  store<f64>(price + ((<usize>column) << 3), value);
  store<f32>(price32 + ((<usize>column) << 2), <f32>value);
}

// @ts-expect-error: decorator
@inline
export function largestLane(v: v128): f32 {
  const a = f32x4.pmax(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(a, i32x4.shuffle(a, a, 1, 0, 3, 2)), 0);
}
