// Counts, of the numbers seen so far, those greater than a given one: the core of counting inversions.
//
// A number of 6, 10 or 12 bits is two or three digits of 3 or 4 bits. For each digit, and each value of the digits above
// it, there is a row of counters that say how many numbers seen had a greater digit there. A look-up adds one counter of
// each row; an insertion adds 1 to the counters below the digit. All rows of a digit are as wide as the digit can be and
// are always updated whole, because a loop that ends at the digit would be mispredicted half of the time.

/** Sixteen ones, then sixteen zeros: read from 16 − d on, its first d lanes are 1. */
export const WINDOW_BYTES: usize = 128;

export function fillWindow(window: usize): void {
  for (let lane: usize = 0; lane < 32; lane++) store<u32>(window + (lane << 2), lane < 16 ? 1 : 0);
}

/** Adds 1 to the counters below `digit` in a row of 8. */
// @ts-expect-error: decorator
@inline
export function insertIn8(row: usize, digit: usize, window: usize): void {
  const ones = window + 64 - (digit << 2);
  v128.store(row, i32x4.add(v128.load(row), v128.load(ones)));
  v128.store(row, i32x4.add(v128.load(row, 16), v128.load(ones, 16)), 16);
}

/** Adds 1 to the counters below `digit` in a row of 16. */
// @ts-expect-error: decorator
@inline
export function insertIn16(row: usize, digit: usize, window: usize): void {
  insertIn8(row, digit, window);
  const ones = window + 64 - (digit << 2);
  v128.store(row, i32x4.add(v128.load(row, 32), v128.load(ones, 32)), 32);
  v128.store(row, i32x4.add(v128.load(row, 48), v128.load(ones, 48)), 48);
}

// @ts-expect-error: decorator
@inline
function counter(row: usize, digit: usize): u32 {
  return load<u32>(row + (digit << 2));
}

// Six bits: 3 + 3.
export const BYTES_6: usize = (8 + 8 * 8) << 2;
const FINE_6: usize = 8 << 2;

// @ts-expect-error: decorator
@inline
export function greater6(tree: usize, x: usize): u64 {
  const high = x >> 3;
  return <u64>(counter(tree, high) + counter(tree + FINE_6 + (high << 5), x & 7));
}

// @ts-expect-error: decorator
@inline
export function insert6(tree: usize, x: usize, window: usize): void {
  const high = x >> 3;
  insertIn8(tree, high, window);
  insertIn8(tree + FINE_6 + (high << 5), x & 7, window);
}

// Ten bits: 4 + 3 + 3.
export const BYTES_10: usize = (16 + 16 * 8 + 128 * 8) << 2;
const MIDDLE_10: usize = 16 << 2;
const FINE_10: usize = (16 + 16 * 8) << 2;

// @ts-expect-error: decorator
@inline
export function greater10(tree: usize, x: usize): u64 {
  const high = x >> 6,
    upper = x >> 3;
  return <u64>(
    (counter(tree, high) +
      counter(tree + MIDDLE_10 + (high << 5), upper & 7) +
      counter(tree + FINE_10 + (upper << 5), x & 7))
  );
}

// @ts-expect-error: decorator
@inline
export function insert10(tree: usize, x: usize, window: usize): void {
  const high = x >> 6,
    upper = x >> 3;
  insertIn16(tree, high, window);
  insertIn8(tree + MIDDLE_10 + (high << 5), upper & 7, window);
  insertIn8(tree + FINE_10 + (upper << 5), x & 7, window);
}

// Twelve bits: 4 + 4 + 4.
export const BYTES_12: usize = (16 + 16 * 16 + 256 * 16) << 2;
const MIDDLE_12: usize = 16 << 2;
const FINE_12: usize = (16 + 16 * 16) << 2;

// @ts-expect-error: decorator
@inline
export function greater12(tree: usize, x: usize): u64 {
  const high = x >> 8,
    upper = x >> 4;
  return <u64>(
    (counter(tree, high) +
      counter(tree + MIDDLE_12 + (high << 6), upper & 15) +
      counter(tree + FINE_12 + (upper << 6), x & 15))
  );
}

// @ts-expect-error: decorator
@inline
export function insert12(tree: usize, x: usize, window: usize): void {
  const high = x >> 8,
    upper = x >> 4;
  insertIn16(tree, high, window);
  insertIn16(tree + MIDDLE_12 + (high << 6), upper & 15, window);
  insertIn16(tree + FINE_12 + (upper << 6), x & 15, window);
}
