// Inversions of a sequence of whole numbers: pairs that stand in descending order.
//
// A number is a high and a low digit of up to 12 bits each. Inversions between different high digits are counted in one
// pass over the sequence; after a stable scatter by high digit, those within each high digit by their low digits. A pass
// counts with two levels of counters, each of which says how many elements seen so far have a greater digit.

export function heapBase(): usize {
  return __heap_base;
}

/** Adds 1 to the first `length` counters; up to three more within the last vector are written but not changed. */
@inline function incrementBelow(counters: usize, length: u32): void {
  const one = i32x4.splat(1);
  const end = counters + ((<usize>length >> 2) << 4);
  let at = counters;
  for (; at < end; at += 16) v128.store(at, i32x4.add(v128.load(at), one));
  const mask = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(length & 3));
  v128.store(at, i32x4.sub(v128.load(at), mask));
}

/** Inversions by the digit of `bits` bits above `shift` of the u32 elements from `from` to `end`. */
function countDigit(from: usize, end: usize, shift: u32, bits: u32, work: usize): u64 {
  const fineBits = bits >> 1;
  const coarseSize = <usize>1 << (bits - fineBits);
  const rowBytes = ((<usize>1 << fineBits) + 4) << 2;
  const fine = work + ((coarseSize + 4) << 2);
  memory.fill(work, 0, ((coarseSize + 4) << 2) + rowBytes * coarseSize);
  const mask = (<u32>1 << bits) - 1;
  const fineMask = (<u32>1 << fineBits) - 1;
  let inversions: u64 = 0;
  for (let at = from; at < end; at += 4) {
    const digit = (load<u32>(at) >> shift) & mask;
    const high = digit >> fineBits, low = digit & fineMask;
    const row = fine + rowBytes * <usize>high;
    inversions += <u64>(load<u32>(work + (<usize>high << 2)) + load<u32>(row + (<usize>low << 2)));
    incrementBelow(work, high);
    incrementBelow(row, low);
  }
  return inversions;
}

/**
 * Inversions of the n u32 at `sequence`, each below 2^bits, bits ≤ 24. `spare` has the same length, `slots` 2^⌈bits/2⌉
 * u32, `work` the counters of a pass.
 */
export function count(sequence: usize, spare: usize, n: i32, bits: u32, slots: usize, work: usize): f64 {
  const lowBits = bits >> 1;
  const highBits = bits - lowBits;
  const end = sequence + (<usize>n << 2);
  let inversions = countDigit(sequence, end, lowBits, highBits, work);
  if (lowBits == 0) return <f64>inversions;
  const slotsEnd = slots + (<usize>4 << highBits);
  memory.fill(slots, 0, <usize>4 << highBits);
  for (let at = sequence; at < end; at += 4) {
    const slot = slots + (<usize>(load<u32>(at) >> lowBits) << 2);
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
    const slot = slots + (<usize>(value >> lowBits) << 2);
    const to = load<u32>(slot);
    store<u32>(slot, to + 1);
    store<u32>(spare + (<usize>to << 2), value);
  }
  let from = spare;
  for (let slot = slots; slot < slotsEnd; slot += 4) {
    const stop = spare + (<usize>load<u32>(slot) << 2);
    if (stop - from > 4) inversions += countDigit(from, stop, 0, lowBits, work);
    from = stop;
  }
  return <f64>inversions;
}
