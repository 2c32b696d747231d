// Argsort and dense ranks of floats by a radix sort of their bits.
//
// An element under way is one u64: the upper 32 bits of its key above, its index below. Three stable passes of 11, 11
// and 10 bits sort by the upper half; runs of doubles with equal upper halves are then sorted by the lower half.

const BUCKETS: usize = 2048;
/** Runs up to this length are sorted by insertion, longer ones by merging. */
const SHORT_RUN: i32 = 24;

export function heapBase(): usize {
  return __heap_base;
}

/** Bits whose unsigned order is the order of the doubles; adding 0 makes −0 equal 0. */
// @ts-expect-error: decorator
@inline
function key64(x: f64): u64 {
  const bits = reinterpret<u64>(x + 0);
  return bits ^ (<u64>(<i64>bits >> 63) | 0x8000000000000000);
}

// @ts-expect-error: decorator
@inline
function key32(x: f32): u32 {
  const bits = reinterpret<u32>(x + 0);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

// @ts-expect-error: decorator
@inline
function increment(address: usize): u32 {
  const value = load<u32>(address);
  store<u32>(address, value + 1);
  return value;
}

// @ts-expect-error: decorator
@inline
function countDigits(upper: u32, histograms: usize): void {
  increment(histograms + ((<usize>(upper & 2047)) << 2));
  increment(histograms + (BUCKETS << 2) + ((<usize>((upper >> 11) & 2047)) << 2));
  increment(histograms + (BUCKETS << 3) + ((<usize>(upper >> 22)) << 2));
}

/** Turns counts into first positions; true when all elements share one bucket and the pass would move nothing. */
function startsFromCounts(histogram: usize, n: i32): bool {
  let start: u32 = 0;
  let single = false;
  for (let at = histogram; at < histogram + (BUCKETS << 2); at += 4) {
    const count = load<u32>(at);
    if (count == <u32>n) single = true;
    store<u32>(at, start);
    start += count;
  }
  return single;
}

/** Sorts the n elements at `from` by their upper halves; returns where they end up: `from` or `spare`. */
function radixSort(from: usize, spare: usize, histograms: usize, n: i32): usize {
  let here = from;
  let there = spare;
  for (let pass: usize = 0; pass < 3; pass++) {
    const slots = histograms + pass * (BUCKETS << 2);
    if (startsFromCounts(slots, n)) continue;
    const shift = <u64>(32 + 11 * pass);
    const mask: u64 = 2047;
    const end = here + ((<usize>n) << 3);
    for (let at = here; at < end; at += 8) {
      const element = load<u64>(at);
      const slot = increment(slots + ((<usize>((element >> shift) & mask)) << 2));
      store<u64>(there + ((<usize>slot) << 3), element);
    }
    const swap = here;
    here = there;
    there = swap;
  }
  return here;
}

/** Sorts u64 in place by value, with `spare` of the same length. Distinct values only: indices make them so. */
function sortElements(from: usize, spare: usize, n: i32): void {
  for (let start = 0; start < n; start += SHORT_RUN) {
    const end = min(n, start + SHORT_RUN);
    for (let i = start + 1; i < end; i++) {
      const element = load<u64>(from + ((<usize>i) << 3));
      let at = from + ((<usize>i) << 3) - 8;
      const first = from + ((<usize>start) << 3);
      while (at >= first && load<u64>(at) > element) {
        store<u64>(at, load<u64>(at), 8);
        at -= 8;
      }
      store<u64>(at, element, 8);
    }
  }
  let here = from;
  let there = spare;
  for (let width = SHORT_RUN; width < n; width <<= 1) {
    for (let start = 0; start < n; start += width << 1) {
      let left = here + ((<usize>start) << 3);
      const middle = here + ((<usize>min(n, start + width)) << 3);
      const end = here + ((<usize>min(n, start + (width << 1))) << 3);
      let right = middle;
      let out = there + ((<usize>start) << 3);
      while (left < middle && right < end) {
        const a = load<u64>(left),
          b = load<u64>(right);
        const takeRight = b < a;
        store<u64>(out, select(b, a, takeRight));
        left += select<usize>(0, 8, takeRight);
        right += select<usize>(8, 0, takeRight);
        out += 8;
      }
      if (left < middle) memory.copy(out, left, middle - left);
      else if (right < end) memory.copy(out, right, end - right);
    }
    const swap = here;
    here = there;
    there = swap;
  }
  if (here != from) memory.copy(from, here, (<usize>n) << 3);
}

/** Sorts runs of equal upper halves by the lower halves at `keys`, ties by index. */
function sortRuns(elements: usize, spare: usize, keys: usize, n: i32): void {
  let start = 0;
  while (start < n) {
    const upper = load<u64>(elements + ((<usize>start) << 3)) >> 32;
    let end = start + 1;
    while (end < n && load<u64>(elements + ((<usize>end) << 3)) >> 32 == upper) end++;
    if (end - start > 1) {
      // The lower half takes the place of the upper one while the run is sorted.
      let sorted = true;
      let before: u64 = 0;
      for (let i = start; i < end; i++) {
        const at = elements + ((<usize>i) << 3);
        const index = load<u64>(at) & 0xffffffff;
        const element = (load<u64>(keys + ((<usize>index) << 3)) << 32) | index;
        store<u64>(at, element);
        if (element < before) sorted = false;
        before = element;
      }
      if (!sorted) sortElements(elements + ((<usize>start) << 3), spare, end - start);
      for (let i = start; i < end; i++) {
        const at = elements + ((<usize>i) << 3);
        store<u64>(at, (upper << 32) | (load<u64>(at) & 0xffffffff));
      }
    }
    start = end;
  }
}

/** Gives the equal values at places `start` to `end` of the order their centred rank; returns `end`. */
// @ts-expect-error: decorator
@inline
function closeGroup(order: usize, start: u32, end: u32, n: i32, centred: usize): u32 {
  const rank = <f32>(<i32>start + <i32>end - n);
  for (let k = start; k < end; k++) store<f32>(centred + ((<usize>load<u32>(order + ((<usize>k) << 2))) << 2), rank);
  return end;
}

/**
 * Ranks n doubles at `values` (overwritten by their keys). Writes the order, the dense ranks, where each group of
 * equal values starts and 2·rank − (n + 1) with average ranks; returns the number of groups.
 */
export function rank64(
  values: usize,
  n: i32,
  elements: usize,
  spare: usize,
  histograms: usize,
  order: usize,
  dense: usize,
  groupStarts: usize,
  centred: usize,
): i32 {
  memory.fill(histograms, 0, 3 * (BUCKETS << 2));
  for (let i: usize = 0; i < <usize>n; i++) {
    const key = key64(load<f64>(values + (i << 3)));
    store<u64>(values + (i << 3), key);
    store<u64>(elements + (i << 3), (key & 0xffffffff00000000) | <u64>i);
    countDigits(<u32>(key >> 32), histograms);
  }
  const sorted = radixSort(elements, spare, histograms, n);
  sortRuns(sorted, sorted == elements ? spare : elements, values, n);
  let group: u32 = 0;
  let start: u32 = 0;
  let before: u64 = 0;
  store<u32>(groupStarts, 0);
  for (let i: usize = 0; i < <usize>n; i++) {
    const element = load<u64>(sorted + (i << 3));
    const index = <u32>element;
    // Lower halves are looked up only where the upper ones are equal.
    if (i > 0) {
      if (
        element >> 32 != before >> 32 ||
        load<u64>(values + ((<usize>index) << 3)) != load<u64>(values + ((<usize>(<u32>before)) << 3))
      ) {
        start = closeGroup(order, start, <u32>i, n, centred);
        group++;
        store<u32>(groupStarts + ((<usize>group) << 2), <u32>i);
      }
    }
    store<u32>(order + (i << 2), index);
    store<u32>(dense + ((<usize>index) << 2), group);
    before = element;
  }
  closeGroup(order, start, <u32>n, n, centred);
  store<u32>(groupStarts + ((<usize>group) << 2), <u32>n, 4);
  return <i32>group + 1;
}

/** As `rank64` for n floats at `values`, whose whole key is an upper half. */
export function rank32(
  values: usize,
  n: i32,
  elements: usize,
  spare: usize,
  histograms: usize,
  order: usize,
  dense: usize,
  groupStarts: usize,
  centred: usize,
): i32 {
  memory.fill(histograms, 0, 3 * (BUCKETS << 2));
  for (let i: usize = 0; i < <usize>n; i++) {
    const key = key32(load<f32>(values + (i << 2)));
    store<u64>(elements + (i << 3), ((<u64>key) << 32) | <u64>i);
    countDigits(key, histograms);
  }
  const sorted = radixSort(elements, spare, histograms, n);
  let group: u32 = 0;
  let start: u32 = 0;
  let before = load<u64>(sorted) >> 32;
  store<u32>(groupStarts, 0);
  for (let i: usize = 0; i < <usize>n; i++) {
    const element = load<u64>(sorted + (i << 3));
    const index = <u32>element;
    if (element >> 32 != before) {
      start = closeGroup(order, start, <u32>i, n, centred);
      group++;
      store<u32>(groupStarts + ((<usize>group) << 2), <u32>i);
    }
    store<u32>(order + (i << 2), index);
    store<u32>(dense + ((<usize>index) << 2), group);
    before = element >> 32;
  }
  closeGroup(order, start, <u32>n, n, centred);
  store<u32>(groupStarts + ((<usize>group) << 2), <u32>n, 4);
  return <i32>group + 1;
}
