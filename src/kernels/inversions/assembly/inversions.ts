// Inversions of a sequence of whole numbers: pairs that stand in descending order.
//
// A number is a high and a low half of 10 or 12 bits. Inversions between different high halves are counted in one pass
// over the sequence; after a stable scatter by high half, those within each high half by the low halves.

import {
  BYTES_10,
  BYTES_12,
  fillWindow,
  greater10,
  greater12,
  insert10,
  insert12,
  WINDOW_BYTES,
} from '../../shared/assembly/counter-tree';

export function heapBase(): usize {
  return __heap_base;
}

/** Inversions by the 10 bits above `shift` of the u32 elements from `from` to `end`. */
function count10(from: usize, end: usize, shift: u32, tree: usize, window: usize): u64 {
  memory.fill(tree, 0, BYTES_10);
  let inversions: u64 = 0;
  for (let at = from; at < end; at += 4) {
    const x = <usize>((load<u32>(at) >> shift) & 1023);
    inversions += greater10(tree, x);
    insert10(tree, x, window);
  }
  return inversions;
}

/** As above by 12 bits. */
function count12(from: usize, end: usize, shift: u32, tree: usize, window: usize): u64 {
  memory.fill(tree, 0, BYTES_12);
  let inversions: u64 = 0;
  for (let at = from; at < end; at += 4) {
    const x = <usize>((load<u32>(at) >> shift) & 4095);
    inversions += greater12(tree, x);
    insert12(tree, x, window);
  }
  return inversions;
}

/**
 * Inversions of the n u32 at `sequence`, each below 2²⁰, or 2²⁴ with `wide`. `spare` has the same length; `work` holds
 * the window, a counter tree of 12 bits and 4096 slots.
 */
export function count(sequence: usize, spare: usize, n: i32, wide: bool, work: usize): f64 {
  const window = work;
  const tree = work + WINDOW_BYTES;
  const slots = tree + BYTES_12;
  const bits: u32 = wide ? 12 : 10;
  const end = sequence + ((<usize>n) << 2);
  const slotsEnd = slots + ((<usize>4) << bits);
  fillWindow(window);
  let inversions = wide ? count12(sequence, end, bits, tree, window) : count10(sequence, end, bits, tree, window);
  memory.fill(slots, 0, (<usize>4) << bits);
  for (let at = sequence; at < end; at += 4) {
    const slot = slots + ((<usize>(load<u32>(at) >> bits)) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let start: u32 = 0;
  for (let slot = slots; slot < slotsEnd; slot += 4) {
    const size = load<u32>(slot);
    store<u32>(slot, start);
    start += size;
  }
  for (let at = sequence; at < end; at += 4) {
    const value = load<u32>(at);
    const slot = slots + ((<usize>(value >> bits)) << 2);
    const to = load<u32>(slot);
    store<u32>(slot, to + 1);
    store<u32>(spare + ((<usize>to) << 2), value);
  }
  let from = spare;
  for (let slot = slots; slot < slotsEnd; slot += 4) {
    const stop = spare + ((<usize>load<u32>(slot)) << 2);
    if (stop - from > 4)
      inversions += wide ? count12(from, stop, 0, tree, window) : count10(from, stop, 0, tree, window);
    from = stop;
  }
  return <f64>inversions;
}
