/**
 * Exact assignment of rows to columns with the greatest sum of affinities. Square problems: auction with ε-scaling
 * (Bertsekas 1988), then shortest augmenting paths from its prices. Rectangular ones, where the price of an unused
 * column must stay 0, are paths from the start.
 */
import {
  columns,
  getDouble,
  getFloat,
  getInt,
  layOut,
  price,
  rowAddress,
  rowColumn,
  rows,
  SHORT_ROW,
  setInt,
} from './arrays';
import { auction } from './auction';
import { finish } from './augment';
import { coarseAuction } from './coarse-auction';
import { denseFinish } from './dense';
import { largest, measure, normalise, quantum, scale, shift, smallest, spread, unpaddedAddress } from './input';
import { matchRowMaxima } from './row-maxima';
import { exactMaximum } from './row-scan';
import { maximumOfShortRow } from './short-row';

/** Up to this size paths over the whole matrix, from prices 0, are the fastest. */
const DENSE_COLUMNS: i32 = 16;
/** Up to this size of a square problem, paths over the whole matrix are the fastest from prices of an auction. */
const DENSE_SQUARE: i32 = 64;
/** Rounding errors of 64-bit duals, as a part of the range. */
const TOLERANCE: f64 = 5e-14;

let bound: f64 = 0;

export function heapBase(): usize {
  return __heap_base;
}

/** Lays out a problem of rowCount ≤ columnCount from `base` on; returns the first byte behind it. */
export function prepare(rowCount: i32, columnCount: i32, base: usize): usize {
  return layOut(rowCount, columnCount, base);
}

/** f32 [rows][columns]: where the affinities go before `solve`. */
export function valuesAddress(): usize {
  return unpaddedAddress();
}

/** i32 [rows]: the column of each row, after `solve`. */
export function resultAddress(): usize {
  return rowColumn;
}

/** f64 [columns]: prices of the columns, times `priceScale`, after `solve`; not set where all values are equal. */
export function pricesAddress(): usize {
  return price;
}

export function priceScale(): f64 {
  return scale;
}

/** After `solve`, an upper bound of the sum of any assignment, from feasible duals. */
export function dualBound(): f64 {
  return bound;
}

/** Solves the problem; false if a value is NaN or infinite. */
export function solve(): bool {
  if (!measure()) return false;
  if (smallest == largest) {
    for (let row = 0; row < rows; row++) setInt(rowColumn, row, row);
    bound = <f64>smallest * <f64>rows;
    return true;
  }
  normalise();
  if (columns <= DENSE_COLUMNS) {
    spread();
    bound = denseFinish();
  } else if (rows == columns) solveSquare();
  else {
    spread();
    memory.fill(rowColumn, 0xff, (<usize>rows) << 2);
    const range = <f64>largest - <f64>smallest;
    finish(range / <f64>columns, guard(), range * TOLERANCE);
    certify();
  }
  bound = (bound + shift * <f64>rows) / scale;
  return true;
}

function solveSquare(): void {
  const range = <f64>largest - <f64>smallest;
  const n = <f64>rows;
  if (rows <= DENSE_SQUARE) {
    spread();
    auction(0.02 * range, 4, range / n);
    bound = denseFinish();
    return;
  }
  const q = quantum();
  spread();
  if (matchRowMaxima()) {
    certify();
    return;
  }
  // Values in steps of q: an assignment within n·ε < q of the optimum is the optimum, and its bound may be rounded
  // down to whole steps. The steps must stand clear of 32-bit rounding.
  const fine = (0.9 * q) / n;
  if (fine > magnitude() / 1048576) {
    auction(0.005 * range, 4, fine);
    certify();
    const least = <f64>smallest * n;
    bound = least + Math.floor((bound - least) / q + 1 / 1048576) * q;
    if (bound - heldSum() < 0.5 * q) return;
    finish(8 * fine, guard(), range * TOLERANCE);
  } else {
    if (columns > SHORT_ROW || !coarseAuction(0.02, 5, 0.05 / n)) auction(0.02 * range, 5, (0.05 * range) / n);
    finish((0.4 * range) / n, guard(), range * TOLERANCE);
  }
  certify();
}

function magnitude(): f64 {
  return max(abs(<f64>smallest), abs(<f64>largest));
}

/** Net values are computed in 32 bits from prices in 32 bits; this is more than they can be off by. */
function guard(): f64 {
  let highest: f64 = 0;
  for (let column = 0; column < columns; column++) highest = max(highest, getDouble(price, column));
  // Paths raise prices further, by less than the range each is already off from the best.
  return (2 * magnitude() + 2 * highest) / 4194304;
}

/** Sum of the values that the rows hold. */
function heldSum(): f64 {
  let sum: f64 = 0;
  for (let row = 0; row < rows; row++) sum += <f64>getFloat(rowAddress(row), getInt(rowColumn, row));
  return sum;
}

/** Sets the bound from the prices alone: their sum and the exact maximum of every row. */
function certify(): void {
  let sum: f64 = 0;
  if (columns <= SHORT_ROW) {
    for (let row = 0; row < rows; row++) sum += maximumOfShortRow(row);
  } else {
    const off = guard();
    for (let row = 0; row < rows; row++) sum += exactMaximum(row, off);
  }
  for (let column = 0; column < columns; column++) sum += getDouble(price, column);
  bound = sum;
}
