/** Looking at all of a short row at once, where deciding what to look at would cost more. */
import {
  getDouble,
  getFloat,
  LIST_CAPACITY,
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

// @ts-expect-error: decorator
@inline
function near(values: usize, at: usize, reach: v128): v128 {
  return f32x4.ge(f32x4.sub(v128.load(values + at), v128.load(price32 + at)), reach);
}

/** As `listEdges`, for a row that holds the column `own`, with a limit that the net value of this column reaches. */
export function listShortRow(row: i32, limit: f64, guard: f64, own: i32): f64 {
  const values = rowAddress(row);
  const list = (<usize>(row * LIST_CAPACITY)) << 2;
  const reach = f32x4.splat(<f32>(limit - guard));
  const held = getFloat(values, own);
  setInt(listColumn + list, 0, own);
  store<f32>(listValue + list, held);
  let count = 1;
  let maximum = <f64>held - getDouble(price, own);
  for (let j = 0; j < stride; j += 16) {
    const at = (<usize>j) << 2;
    const xy = i16x8.narrow_i32x4_s(near(values, at, reach), near(values, at + 16, reach));
    const zw = i16x8.narrow_i32x4_s(near(values, at + 32, reach), near(values, at + 48, reach));
    let mask = i8x16.bitmask(i8x16.narrow_i16x8_s(xy, zw));
    while (mask != 0) {
      const column = j + ctz(mask);
      mask &= mask - 1;
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
  setInt(listCount, row, count <= LIST_CAPACITY ? count : -1);
  setDouble(threshold, row, limit);
  return maximum;
}

// @ts-expect-error: decorator
@inline
function net64(values: usize, column: usize): v128 {
  return f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(values + (column << 2))), v128.load(price + (column << 3)));
}

/** The exact maximum net value of a row, in 64 bits over all of it. */
export function maximumOfShortRow(row: i32): f64 {
  const values = rowAddress(row);
  let high = f64x2.splat(-Infinity);
  let high2 = high;
  for (let column: usize = 0; column < <usize>stride; column += 4) {
    high = f64x2.pmax(high, net64(values, column));
    high2 = f64x2.pmax(high2, net64(values, column + 2));
  }
  high = f64x2.pmax(high, high2);
  return max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
}
