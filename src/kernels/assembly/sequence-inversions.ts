// Discordant pairs of a sequence of groups, in linear time.
//
// A group is two digits of equal width. For each digit there is an array of counters that say how many elements seen
// so far have a greater digit, so a look-up is two loads and an insertion adds one to the counters below the digit,
// four at a time.

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

/** Adds 1 to the first `length` counters, and to up to three more within the same vector that must not be counted. */
@inline function incrementBelow(counters: usize, length: u32): void {
  const one = i32x4.splat(1);
  const end = counters + ((<usize>length >> 2) << 4);
  let at = counters;
  for (; at < end; at += 16) v128.store(at, i32x4.add(v128.load(at), one));
  const rest = length & 3;
  // The lanes below the rest get 1: of (0, 1, 2, 3) those less than it, whose comparison mask is −1.
  const mask = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(rest));
  v128.store(at, i32x4.sub(v128.load(at), mask));
}

/**
 * Discordant pairs of the n u16 elements at `sequence`, whose groups have two digits of `bits` bits. `work` holds
 * (2^bits + 4) counters, then 2^bits · (2^bits + 4) of them, then 2^(2·bits) for runs; all are cleared here.
 */
export function count(sequence: usize, n: i32, bits: u32, work: usize): f64 {
  const size = <usize>1 << bits;
  const rowBytes = (size + 4) << 2;
  const fine = work + rowBytes;
  const inRun = fine + rowBytes * size;
  memory.fill(work, 0, rowBytes * (size + 1) + ((size * size) << 2));
  const mask = <u32>size - 1;
  let discordant: u64 = 0;
  let both: u64 = 0;
  let at = sequence;
  const end = sequence + (<usize>n << 1);
  while (at < end) {
    let element = <u32>load<u16>(at);
    if ((element & TIED_WITH_NEXT) == 0) {
      const high = element >> bits, low = element & mask;
      const row = fine + rowBytes * <usize>high;
      discordant += <u64>(load<u32>(work + (<usize>high << 2)) + load<u32>(row + (<usize>low << 2)));
      incrementBelow(work, high);
      incrementBelow(row, low);
      at += 2;
      continue;
    }
    // A run of tied elements: all are looked up before any is inserted.
    const start = at;
    for (;;) {
      element = <u32>load<u16>(at);
      const group = element & GROUP_BITS;
      const high = group >> bits;
      discordant += <u64>(
        load<u32>(work + (<usize>high << 2)) + load<u32>(fine + rowBytes * <usize>high + (<usize>(group & mask) << 2))
      );
      at += 2;
      if ((element & TIED_WITH_NEXT) == 0) break;
    }
    for (let k = start; k < at; k += 2) {
      const group = <u32>load<u16>(k) & GROUP_BITS;
      const high = group >> bits;
      incrementBelow(work, high);
      incrementBelow(fine + rowBytes * <usize>high, group & mask);
      const seen = inRun + (<usize>group << 2);
      const before = load<u32>(seen);
      both += <u64>before;
      store<u32>(seen, before + 1);
    }
    for (let k = start; k < at; k += 2) store<u32>(inRun + (<usize>(<u32>load<u16>(k) & GROUP_BITS) << 2), 0);
  }
  tied = <f64>both;
  return <f64>discordant;
}
