// Ranks of mistakes: for each row of a matrix of similarities and the counts of what it was taken for, how many
// classes stand before each mistake, summed over the mistakes.

export function heapBase(): usize {
  return __heap_base;
}

/** How many of the float64 values in [from, end) are greater than x, plus how many are not smaller. */
function both64(from: usize, end: usize, x: f64): i64 {
  const wanted = f64x2.splat(x);
  let greater = i64x2.splat(0);
  let notSmaller = i64x2.splat(0);
  let greater2 = i64x2.splat(0);
  let notSmaller2 = i64x2.splat(0);
  let at = from;
  // A comparison gives −1 in each lane where it holds.
  for (; at + 32 <= end; at += 32) {
    const values = v128.load(at);
    const values2 = v128.load(at, 16);
    greater = i64x2.sub(greater, f64x2.gt(values, wanted));
    notSmaller = i64x2.sub(notSmaller, f64x2.ge(values, wanted));
    greater2 = i64x2.sub(greater2, f64x2.gt(values2, wanted));
    notSmaller2 = i64x2.sub(notSmaller2, f64x2.ge(values2, wanted));
  }
  const sums = i64x2.add(i64x2.add(greater, greater2), i64x2.add(notSmaller, notSmaller2));
  let total = i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
  for (; at < end; at += 8) {
    const value = load<f64>(at);
    total += i64(value > x) + i64(value >= x);
  }
  return total;
}

/** Likewise of float32 values. */
function both32(from: usize, end: usize, x: f32): i64 {
  const wanted = f32x4.splat(x);
  let greater = i32x4.splat(0);
  let notSmaller = i32x4.splat(0);
  let greater2 = i32x4.splat(0);
  let notSmaller2 = i32x4.splat(0);
  let at = from;
  for (; at + 32 <= end; at += 32) {
    const values = v128.load(at);
    const values2 = v128.load(at, 16);
    greater = i32x4.sub(greater, f32x4.gt(values, wanted));
    notSmaller = i32x4.sub(notSmaller, f32x4.ge(values, wanted));
    greater2 = i32x4.sub(greater2, f32x4.gt(values2, wanted));
    notSmaller2 = i32x4.sub(notSmaller2, f32x4.ge(values2, wanted));
  }
  const sums = i32x4.add(i32x4.add(greater, greater2), i32x4.add(notSmaller, notSmaller2));
  let total = <i64>(i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1));
  total += <i64>(i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3));
  for (; at < end; at += 4) {
    const value = load<f32>(at);
    total += i64(value > x) + i64(value >= x);
  }
  return total;
}

/**
 * For each of n rows of `similarity` (n × n, float32 if `single`, else float64) and f64 `counts` (n × n): the number of
 * mistakes (`errors`, f64) and the sum of their average ranks (`ranks`, f64). The diagonal must be −infinity.
 */
export function mistakeRanks(similarity: usize, counts: usize, n: i32, single: bool, errors: usize, ranks: usize): void {
  const shift: usize = single ? 2 : 3;
  const rowBytes = <usize>n << shift;
  for (let i = 0; i < n; i++) {
    const from = similarity + <usize>i * rowBytes;
    const end = from + rowBytes;
    const countsFrom = counts + (<usize>i * <usize>n << 3);
    let rowErrors: f64 = 0;
    let rowRanks: f64 = 0;
    for (let j = 0; j < n; j++) {
      if (j == i) continue;
      const count = load<f64>(countsFrom + (<usize>j << 3));
      if (count == 0) continue;
      // Rank = 1 + greater + (equal − 1) / 2, and equal = not smaller − greater.
      const at = from + (<usize>j << shift);
      const both = single ? both32(from, end, load<f32>(at)) : both64(from, end, load<f64>(at));
      rowErrors += count;
      rowRanks += count * (0.5 + 0.5 * <f64>both);
    }
    store<f64>(errors + (<usize>i << 3), rowErrors);
    store<f64>(ranks + (<usize>i << 3), rowRanks);
  }
}
