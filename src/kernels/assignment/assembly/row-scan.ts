/** Looking at one row: its two best columns, its exact maximum and the edges near it. */

import { highest, secondOfPairs, secondWith } from '../../shared/assembly/two-best';
import {
  blockSize,
  blocks,
  boundsAddress,
  getDouble,
  getFloat,
  getInt,
  hints,
  LIST_CAPACITY,
  largestLane,
  listColumn,
  listCount,
  listValue,
  price,
  price32,
  rowAddress,
  setDouble,
  setInt,
  stride,
  threshold,
} from './arrays';

/** Results of `bestTwo`: net values (affinity − price) of the best and the second best column. */
export let bestColumn: i32 = 0;
export let bestNet: f64 = 0;
export let secondNet: f64 = 0;

let first: f32 = 0;
let second: f32 = 0;
let firstBlock: i32 = 0;
let secondBlock: i32 = 0;

/** Merges the two best of a block into the running two best, and renews the block's bound. */
// @ts-expect-error: decorator
@inline
function look(values: usize, bound: usize, block: i32): void {
  const start = (<usize>(block * blockSize)) << 2;
  let a = values + start;
  let p = price32 + start;
  const end = p + ((<usize>blockSize) << 2);
  let high = f32x4.splat(-Infinity);
  let next = high;
  let high2 = high;
  let next2 = high;
  while (p < end) {
    const x = f32x4.sub(v128.load(a), v128.load(p));
    const y = f32x4.sub(v128.load(a, 16), v128.load(p, 16));
    a += 32;
    p += 32;
    next = secondWith<f32>(high, next, x);
    high = highest<f32>(high, x);
    next2 = secondWith<f32>(high2, next2, y);
    high2 = highest<f32>(high2, y);
  }
  next = secondOfPairs<f32>(high, next, high2, next2);
  high = highest<f32>(high, high2);
  high2 = i32x4.shuffle(high, high, 2, 3, 0, 1);
  next2 = i32x4.shuffle(next, next, 2, 3, 0, 1);
  next = secondOfPairs<f32>(high, next, high2, next2);
  high = highest<f32>(high, high2);
  high2 = i32x4.shuffle(high, high, 1, 0, 3, 2);
  next2 = i32x4.shuffle(next, next, 1, 0, 3, 2);
  next = secondOfPairs<f32>(high, next, high2, next2);
  high = highest<f32>(high, high2);
  const blockFirst = f32x4.extract_lane(high, 0);
  const blockSecond = f32x4.extract_lane(next, 0);
  store<f32>(bound + ((<usize>block) << 2), blockFirst);
  if (blockFirst > first) {
    second = max(first, blockSecond);
    secondBlock = firstBlock;
    first = blockFirst;
    firstBlock = block;
  } else if (blockFirst > second) {
    second = blockFirst;
    secondBlock = block;
  }
}

/**
 * Finds the best and second best net value of a row. Prices only rise, so a block whose last known maximum does not
 * exceed the second best cannot matter; the blocks that won last time are looked at first.
 */
export function bestTwo(row: i32): void {
  const values = rowAddress(row);
  const bound = boundsAddress(row);
  first = -Infinity;
  second = -Infinity;
  firstBlock = -1;
  secondBlock = -1;
  const hint = getInt(hints, row);
  const hint1 = hint & 0xffff;
  const hint2 = hint >>> 16;
  look(values, bound, hint1);
  if (hint2 != hint1) look(values, bound, hint2);
  for (let b = 0; b < blocks; b += 4) {
    let mask = i32x4.bitmask(f32x4.gt(v128.load(bound + ((<usize>b) << 2)), f32x4.splat(second)));
    while (mask != 0) {
      const block = b + ctz(mask);
      mask &= mask - 1;
      if (block != hint1 && block != hint2 && getFloat(bound, block) > second) look(values, bound, block);
    }
  }
  if (secondBlock < 0) secondBlock = firstBlock;
  setInt(hints, row, firstBlock | (secondBlock << 16));

  const target = f32x4.splat(first);
  let column = firstBlock * blockSize;
  while (true) {
    const at = (<usize>column) << 2;
    const mask = i32x4.bitmask(f32x4.eq(f32x4.sub(v128.load(values + at), v128.load(price32 + at)), target));
    if (mask != 0) {
      column += ctz(mask);
      break;
    }
    column += 4;
  }
  bestColumn = column;
  bestNet = <f64>getFloat(values, column) - getDouble(price, column);
  secondNet = min(<f64>second, bestNet);
}

/** The exact maximum net value of a row, in 64 bits over every block that could hold it. */
export function exactMaximum(row: i32, guard: f64): f64 {
  bestTwo(row);
  const values = rowAddress(row);
  const bound = boundsAddress(row);
  const reach = f32x4.splat(<f32>(bestNet - guard));
  let high = f64x2.splat(bestNet);
  for (let b = 0; b < blocks; b += 4) {
    let mask = i32x4.bitmask(f32x4.ge(v128.load(bound + ((<usize>b) << 2)), reach));
    while (mask != 0) {
      const start = (b + ctz(mask)) * blockSize;
      mask &= mask - 1;
      for (let j = start, end = start + blockSize; j < end; j += 2) {
        const value = f64x2.promote_low_f32x4(v128.load64_zero(values + ((<usize>j) << 2)));
        high = f64x2.pmax(high, f64x2.sub(value, v128.load(price + ((<usize>j) << 3))));
      }
    }
  }
  return max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
}

/** The same for short rows, where looking at everything costs less than deciding what to look at. */
export function bestTwoDense(row: i32): void {
  const values = rowAddress(row);
  let a = values;
  let p = price32;
  const end = p + ((<usize>stride) << 2);
  const none = f32x4.splat(-Infinity);
  let high1 = none;
  let high2 = none;
  let high3 = none;
  let high4 = none;
  let next1 = none;
  let next2 = none;
  let next3 = none;
  let next4 = none;
  while (p < end) {
    const x = f32x4.sub(v128.load(a), v128.load(p));
    const y = f32x4.sub(v128.load(a, 16), v128.load(p, 16));
    const z = f32x4.sub(v128.load(a, 32), v128.load(p, 32));
    const w = f32x4.sub(v128.load(a, 48), v128.load(p, 48));
    a += 64;
    p += 64;
    next1 = secondWith<f32>(high1, next1, x);
    high1 = highest<f32>(high1, x);
    next2 = secondWith<f32>(high2, next2, y);
    high2 = highest<f32>(high2, y);
    next3 = secondWith<f32>(high3, next3, z);
    high3 = highest<f32>(high3, z);
    next4 = secondWith<f32>(high4, next4, w);
    high4 = highest<f32>(high4, w);
  }
  next1 = secondOfPairs<f32>(high1, next1, high2, next2);
  high1 = highest<f32>(high1, high2);
  next3 = secondOfPairs<f32>(high3, next3, high4, next4);
  high3 = highest<f32>(high3, high4);
  next1 = secondOfPairs<f32>(high1, next1, high3, next3);
  high1 = highest<f32>(high1, high3);
  high2 = i32x4.shuffle(high1, high1, 2, 3, 0, 1);
  next1 = secondOfPairs<f32>(high1, next1, high2, i32x4.shuffle(next1, next1, 2, 3, 0, 1));
  high1 = highest<f32>(high1, high2);
  high2 = i32x4.shuffle(high1, high1, 1, 0, 3, 2);
  next1 = secondOfPairs<f32>(high1, next1, high2, i32x4.shuffle(next1, next1, 1, 0, 3, 2));
  high1 = highest<f32>(high1, high2);
  let at: usize = 0;
  let mask: i32 = 0;
  while (true) {
    const x = f32x4.eq(f32x4.sub(v128.load(values + at), v128.load(price32 + at)), high1);
    const y = f32x4.eq(f32x4.sub(v128.load(values + at, 16), v128.load(price32 + at, 16)), high1);
    const z = f32x4.eq(f32x4.sub(v128.load(values + at, 32), v128.load(price32 + at, 32)), high1);
    const w = f32x4.eq(f32x4.sub(v128.load(values + at, 48), v128.load(price32 + at, 48)), high1);
    mask = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(x, y), i16x8.narrow_i32x4_s(z, w)));
    if (mask != 0) break;
    at += 64;
  }
  const column = <i32>(at >> 2) + ctz(mask);
  bestColumn = column;
  bestNet = <f64>getFloat(values, column) - getDouble(price, column);
  secondNet = min(<f64>f32x4.extract_lane(next1, 0), bestNet);
}

/**
 * Lists all edges of a row with a net value of at least `limit`, its own column first, and returns its exact maximum.
 * `guard` covers the rounding of 32-bit net values: whatever could reach the limit is decided in 64 bits. Call
 * `bestTwo` before.
 */
export function listEdges(row: i32, limit: f64, guard: f64, own: i32): f64 {
  const values = rowAddress(row);
  const bound = boundsAddress(row);
  const list = (<usize>(row * LIST_CAPACITY)) << 2;
  const reach = f32x4.splat(<f32>(limit - guard));
  let count = 0;
  let maximum = bestNet;
  if (own >= 0) {
    setInt(listColumn + list, 0, own);
    store<f32>(listValue + list, getFloat(values, own));
    count = 1;
  }
  for (let b = 0; b < blocks; b += 4) {
    let mask = i32x4.bitmask(f32x4.ge(v128.load(bound + ((<usize>b) << 2)), reach));
    while (mask != 0) {
      const block = b + ctz(mask);
      const start = block * blockSize;
      let high = f32x4.splat(-Infinity);
      mask &= mask - 1;
      for (let j = start; j < start + blockSize; j += 4) {
        const at = (<usize>j) << 2;
        const x = f32x4.sub(v128.load(values + at), v128.load(price32 + at));
        high = highest<f32>(high, x);
        let near = i32x4.bitmask(f32x4.ge(x, reach));
        while (near != 0) {
          const column = j + ctz(near);
          near &= near - 1;
          const value = getFloat(values, column);
          const net = <f64>value - getDouble(price, column);
          maximum = max(maximum, net);
          if (net < limit || column == own) continue;
          if (count < LIST_CAPACITY) {
            setInt(listColumn + list, count, column);
            store<f32>(listValue + list + ((<usize>count) << 2), value);
          }
          count++;
        }
      }
      store<f32>(bound + ((<usize>block) << 2), largestLane(high));
    }
  }
  setInt(listCount, row, count <= LIST_CAPACITY ? count : -1);
  setDouble(threshold, row, limit);
  return maximum;
}
