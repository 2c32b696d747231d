/**
 * The auction on values in 16-bit steps, eight to a vector: several times as fast, and prices are all that it is for.
 * What the steps lose is a little more to do for the exact finish, which starts from any prices.
 */

import { highest, secondOfPairs, secondWith } from '../../shared/assembly/two-best';
import {
  coarse,
  coarsePrice,
  coarseStride,
  columns,
  getInt,
  owner,
  rowAddress,
  rowColumn,
  rows,
  setInt,
  setPrice,
} from './arrays';
import { largest, smallest } from './input';

/** Steps of the range of the values; prices may rise to twice that. */
// @ts-expect-error: decorator
@inline
const STEPS: i32 = 16384;
// @ts-expect-error: decorator
@inline
const HIGHEST: i32 = 32767;
/** Lies below every net value that a price can lead to. */
// @ts-expect-error: decorator
@inline
const PADDING: i16 = -32768;

/**
 * As `auction`, with ε as a part of the range; square problems only. Returns false, with no prices set, in the rare case
 * that a price leaves the 16 bits.
 */
export function coarseAuction(start: f64, divisor: f64, end: f64): bool {
  quantise();
  const last = max(1, <i32>nearest(end * STEPS));
  let epsilon = max(last, <i32>nearest(start * STEPS));
  while (true) {
    memory.fill(owner, 0xff, (<usize>columns) << 2);
    for (let next = 0; next < rows; next++) {
      let row = next;
      while (row >= 0) {
        const column = bid(row, epsilon);
        if (column < 0) return false;
        const displaced = getInt(owner, column);
        setInt(owner, column, row);
        row = displaced;
      }
    }
    if (epsilon <= last) break;
    epsilon = max(last, <i32>nearest(<f64>epsilon / divisor));
  }
  const step = (<f64>largest - <f64>smallest) / STEPS;
  for (let column = 0; column < columns; column++) {
    setPrice(column, <f64>load<i16>(coarsePrice + ((<usize>column) << 1)) * step);
    setInt(rowColumn, getInt(owner, column), column);
  }
  return true;
}

/** Writes the values in steps from the smallest on, padded, and sets the prices to 0. */
function quantise(): void {
  memory.fill(coarsePrice, 0, (<usize>coarseStride) << 1);
  const factor = <f32>(<f64>STEPS / (<f64>largest - <f64>smallest));
  const low = f32x4.splat(smallest);
  const factors = f32x4.splat(factor);
  const whole = columns & ~7;
  for (let row = 0; row < rows; row++) {
    let from = rowAddress(row);
    let to = coarse + ((<usize>row * <usize>coarseStride) << 1);
    let column = 0;
    for (; column < whole; column += 8) {
      const a = f32x4.mul(f32x4.sub(v128.load(from), low), factors);
      const b = f32x4.mul(f32x4.sub(v128.load(from, 16), low), factors);
      v128.store(to, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(a), i32x4.trunc_sat_f32x4_s(b)));
      from += 32;
      to += 16;
    }
    for (; column < columns; column++) {
      const a = f32x4.mul(f32x4.sub(v128.load32_splat(from), low), factors);
      const steps = i32x4.trunc_sat_f32x4_s(a);
      store<i16>(to, i16x8.extract_lane_s(i16x8.narrow_i32x4_s(steps, steps), 0));
      from += 4;
      to += 2;
    }
    for (; column < coarseStride; column++) {
      store<i16>(to, PADDING);
      to += 2;
    }
  }
}

// @ts-expect-error: decorator
@inline
function net(values: usize, at: usize): v128 {
  return i16x8.sub_sat_s(v128.load(values + at), v128.load(coarsePrice + at));
}

/** Raises the price of the row's best column until it is ε worse than the second best; returns it, or −1 for too high. */
function bid(row: i32, epsilon: i32): i32 {
  const bytes = (<usize>coarseStride) << 1;
  const values = coarse + <usize>row * bytes;
  let high1 = i16x8.splat(PADDING);
  let high2 = high1;
  let high3 = high1;
  let high4 = high1;
  let next1 = high1;
  let next2 = high1;
  let next3 = high1;
  let next4 = high1;
  for (let at: usize = 0; at < bytes; at += 64) {
    const x = net(values, at);
    const y = net(values, at + 16);
    const z = net(values, at + 32);
    const w = net(values, at + 48);
    next1 = secondWith<i16>(high1, next1, x);
    high1 = highest<i16>(high1, x);
    next2 = secondWith<i16>(high2, next2, y);
    high2 = highest<i16>(high2, y);
    next3 = secondWith<i16>(high3, next3, z);
    high3 = highest<i16>(high3, z);
    next4 = secondWith<i16>(high4, next4, w);
    high4 = highest<i16>(high4, w);
  }
  next1 = secondOfPairs<i16>(high1, next1, high2, next2);
  high1 = highest<i16>(high1, high2);
  next3 = secondOfPairs<i16>(high3, next3, high4, next4);
  high3 = highest<i16>(high3, high4);
  next1 = secondOfPairs<i16>(high1, next1, high3, next3);
  high1 = highest<i16>(high1, high3);
  high2 = i32x4.shuffle(high1, high1, 2, 3, 0, 1);
  next1 = secondOfPairs<i16>(high1, next1, high2, i32x4.shuffle(next1, next1, 2, 3, 0, 1));
  high1 = highest<i16>(high1, high2);
  high2 = i32x4.shuffle(high1, high1, 1, 0, 3, 2);
  next1 = secondOfPairs<i16>(high1, next1, high2, i32x4.shuffle(next1, next1, 1, 0, 3, 2));
  high1 = highest<i16>(high1, high2);
  high2 = i16x8.shuffle(high1, high1, 1, 0, 3, 2, 5, 4, 7, 6);
  next2 = i16x8.shuffle(next1, next1, 1, 0, 3, 2, 5, 4, 7, 6);
  next1 = secondOfPairs<i16>(high1, next1, high2, next2);
  high1 = highest<i16>(high1, high2);

  let at: usize = 0;
  let mask: i32 = 0;
  while (true) {
    const x = i8x16.narrow_i16x8_s(i16x8.eq(net(values, at), high1), i16x8.eq(net(values, at + 16), high1));
    const y = i8x16.narrow_i16x8_s(i16x8.eq(net(values, at + 32), high1), i16x8.eq(net(values, at + 48), high1));
    mask = i8x16.bitmask(x) | (i8x16.bitmask(y) << 16);
    if (mask != 0) break;
    at += 64;
  }
  const column = <i32>(at >> 1) + ctz(mask);
  const place = coarsePrice + ((<usize>column) << 1);
  const gain = <i32>i16x8.extract_lane_s(high1, 0) - <i32>i16x8.extract_lane_s(next1, 0);
  const raised = <i32>load<i16>(place) + gain + epsilon;
  if (raised > HIGHEST) return -1;
  store<i16>(place, <i16>raised);
  return column;
}
