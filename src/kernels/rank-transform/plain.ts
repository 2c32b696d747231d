import type { SortedVector } from './types.ts';

const DIGIT_SHIFTS = [0, 11, 22] as const;
const BUCKETS = 2048;

/**
 * Argsort and dense ranks by a stable radix sort of the bits, whose order is made that of the numbers by flipping the
 * sign bit of positive ones and all bits of negative ones. Doubles are sorted by their upper words, then runs of equal
 * upper words by the lower ones.
 */
export function rankTransformPlain(values: Float32Array | Float64Array): SortedVector {
  const { high, low } = sortableKeys(values);
  const order = radixOrder(high);
  if (low) sortRunsByLow(order, high, low);
  const ranks = denseRanks(order, high, low);
  return { order, ...ranks, centred: centredRanks(ranks.dense, ranks.groupStarts) };
}

function sortableKeys(values: Float32Array | Float64Array): { high: Uint32Array; low: Uint32Array | null } {
  const n = values.length;
  const high = new Uint32Array(n);
  if (values instanceof Float32Array) {
    const bits = new Uint32Array(values.buffer, values.byteOffset, n);
    for (let i = 0; i < n; i++) {
      const h = values[i] === 0 ? 0 : bits[i]!;
      high[i] = h ^ ((h >> 31) | 0x80000000);
    }
    return { high, low: null };
  }
  const low = new Uint32Array(n);
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
  for (let i = 0; i < n; i++) {
    const h = values[i] === 0 ? 0 : bits[2 * i + 1]!;
    const sign = h >> 31;
    high[i] = h ^ (sign | 0x80000000);
    low[i] = bits[2 * i]! ^ sign;
  }
  return { high, low };
}

/** Indices in ascending order of 32-bit keys, equal keys by index: three passes of 11, 11 and 10 bits. */
function radixOrder(keys: Uint32Array): Uint32Array {
  const n = keys.length;
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  let from = keys.slice();
  let nextKeys = new Uint32Array(n);
  let nextOrder = new Uint32Array(n);
  const slots = new Uint32Array(BUCKETS);
  for (const shift of DIGIT_SHIFTS) {
    slots.fill(0);
    for (let i = 0; i < n; i++) slots[(from[i]! >>> shift) & (BUCKETS - 1)]!++;
    let start = 0;
    for (let b = 0; b < BUCKETS; b++) {
      const count = slots[b]!;
      slots[b] = start;
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const key = from[i]!;
      const slot = slots[(key >>> shift) & (BUCKETS - 1)]!++;
      nextKeys[slot] = key;
      nextOrder[slot] = order[i]!;
    }
    [from, nextKeys] = [nextKeys, from];
    [order, nextOrder] = [nextOrder, order];
  }
  return order;
}

function sortRunsByLow(order: Uint32Array, high: Uint32Array, low: Uint32Array): void {
  const n = order.length;
  let start = 0;
  while (start < n) {
    const key = high[order[start]!]!;
    let end = start + 1;
    let sorted = true;
    while (end < n && high[order[end]!]! === key) {
      sorted &&= low[order[end - 1]!]! <= low[order[end]!]!;
      end++;
    }
    if (!sorted) order.subarray(start, end).sort((a, b) => low[a]! - low[b]! || a - b);
    start = end;
  }
}

function denseRanks(
  order: Uint32Array,
  high: Uint32Array,
  low: Uint32Array | null,
): { dense: Uint32Array; groups: number; groupStarts: Uint32Array } {
  const n = order.length;
  const dense = new Uint32Array(n);
  const groupStarts = new Uint32Array(n + 1);
  let group = 0;
  for (let k = 1; k < n; k++) {
    const before = order[k - 1]!;
    const here = order[k]!;
    if (high[before]! !== high[here]! || (low && low[before]! !== low[here]!)) groupStarts[++group] = k;
    dense[here] = group;
  }
  const groups = n === 0 ? 0 : group + 1;
  groupStarts[groups] = n;
  return { dense, groups, groupStarts: groupStarts.slice(0, groups + 1) };
}

function centredRanks(dense: Uint32Array, groupStarts: Uint32Array): Float32Array {
  const n = dense.length;
  const centred = new Float32Array(n);
  for (let i = 0; i < n; i++) centred[i] = groupStarts[dense[i]!]! + groupStarts[dense[i]! + 1]! - n;
  return centred;
}
