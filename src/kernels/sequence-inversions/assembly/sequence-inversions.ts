// Discordant pairs of a sequence of groups, in linear time; elements that are tied in the order are not compared.

import {
  BYTES_10,
  fillWindow,
  greater6,
  greater10,
  insert6,
  insert10,
  WINDOW_BYTES,
} from '../../shared/assembly/counter-tree';

/** Mask of the group in an element; the bit above it says that the next element is tied with this one. */
const GROUP_BITS: u32 = 0x7fff;
const TIED_WITH_NEXT: u32 = 0x8000;

let tied: f64 = 0;

export function heapBase(): usize {
  return __heap_base;
}

/** Pairs tied in both vectors, of the last call of `count`. */
export function tiedInBoth(): f64 {
  return tied;
}

// @ts-expect-error: decorator
@inline
function greater(tree: usize, group: usize, wide: bool): u64 {
  return wide ? greater10(tree, group) : greater6(tree, group);
}

// @ts-expect-error: decorator
@inline
function insert(tree: usize, group: usize, window: usize, wide: bool): void {
  if (wide) insert10(tree, group, window);
  else insert6(tree, group, window);
}

// @ts-expect-error: decorator
@inline
function countSequence(sequence: usize, n: i32, work: usize, wide: bool): f64 {
  const window = work;
  const inRun = work + WINDOW_BYTES;
  const tree = inRun + (1024 << 2);
  fillWindow(window);
  memory.fill(inRun, 0, (1024 << 2) + BYTES_10);
  let discordant: u64 = 0;
  let both: u64 = 0;
  let at = sequence;
  const end = sequence + ((<usize>n) << 1);
  while (at < end) {
    let element = <u32>load<u16>(at);
    if ((element & TIED_WITH_NEXT) == 0) {
      discordant += greater(tree, <usize>element, wide);
      insert(tree, <usize>element, window, wide);
      at += 2;
      continue;
    }
    // A run of tied elements: all are looked up before any is inserted.
    const start = at;
    do {
      element = <u32>load<u16>(at);
      discordant += greater(tree, <usize>(element & GROUP_BITS), wide);
      at += 2;
    } while (element & TIED_WITH_NEXT);
    for (let k = start; k < at; k += 2) {
      const group = <usize>(<u32>load<u16>(k) & GROUP_BITS);
      insert(tree, group, window, wide);
      const seen = inRun + (group << 2);
      const before = load<u32>(seen);
      both += <u64>before;
      store<u32>(seen, before + 1);
    }
    for (let k = start; k < at; k += 2) store<u32>(inRun + ((<usize>(<u32>load<u16>(k) & GROUP_BITS)) << 2), 0);
  }
  tied = <f64>both;
  return <f64>discordant;
}

/**
 * Discordant pairs of the n u16 elements at `sequence`, of at most 64 groups, or 1024 with `wide`. `work` holds the
 * window, 1024 counters and a counter tree of 10 bits.
 */
export function count(sequence: usize, n: i32, wide: bool, work: usize): f64 {
  return wide ? countSequence(sequence, n, work, true) : countSequence(sequence, n, work, false);
}
