import { inversions } from './inversions.ts';
import type { SortedVector } from './rank-transform.ts';
import { MAX_SEQUENCE_GROUPS, sequenceInversions, TIED_WITH_NEXT } from './sequence-inversions.ts';
import type { KernelOptions } from './wasm-kernel.ts';

export interface PairCounts {
  /** Pairs that the two vectors order oppositely. */
  discordant: number;
  /** Pairs that are tied in both. */
  tiedInBoth: number;
}

/**
 * Counts the pairs that two sorted vectors of equal length order oppositely, after Knight (1966): the ranks of one are
 * put in the order of the other, and their inversions are the discordant pairs.
 */
export function discordantPairs(a: SortedVector, b: SortedVector, options: KernelOptions = {}): PairCounts {
  const [many, few] = a.groups >= b.groups ? [a, b] : [b, a];
  if (few.groups <= MAX_SEQUENCE_GROUPS) {
    const sequence = tieFlags(many);
    // Half as wide, so that random look-ups stay in a nearer cache.
    const narrow = new Uint16Array(few.dense);
    for (let k = 0; k < sequence.length; k++) sequence[k]! |= narrow[many.order[k]!]!;
    return sequenceInversions(sequence, few.groups, options);
  }
  const { sequence, tiedInBoth } = ranksInOrderOf(many, few);
  return { discordant: inversions(sequence, few.groups, options), tiedInBoth };
}

/** The tie flags of {@link sequenceInversions} for the order of `vector`. */
export function tieFlags({ order, groups, groupStarts }: SortedVector): Uint16Array {
  const flags = new Uint16Array(order.length);
  if (groups === order.length) return flags;
  for (let g = 0; g < groups; g++) {
    const end = groupStarts[g + 1]! - 1;
    for (let k = groupStarts[g]!; k < end; k++) flags[k] = TIED_WITH_NEXT;
  }
  return flags;
}

/** The dense ranks of b in the order of a, where a is tied in the order of b; and how many pairs are tied in both. */
function ranksInOrderOf(a: SortedVector, b: SortedVector): { sequence: Uint32Array; tiedInBoth: number } {
  const n = a.order.length;
  const sequence = new Uint32Array(n);
  if (a.groups === n) {
    for (let i = 0; i < n; i++) sequence[a.dense[i]!] = b.dense[i]!;
    return { sequence, tiedInBoth: 0 };
  }
  const next = a.groupStarts.slice();
  for (let k = 0; k < n; k++) {
    const i = b.order[k]!;
    sequence[next[a.dense[i]!]!++] = b.dense[i]!;
  }
  let tiedInBoth = 0;
  let start = 0;
  for (let g = 0; g < a.groups; g++) {
    const end = a.groupStarts[g + 1]!;
    while (start < end) {
      let stop = start + 1;
      while (stop < end && sequence[stop] === sequence[start]) stop++;
      tiedInBoth += ((stop - start) * (stop - start - 1)) / 2;
      start = stop;
    }
  }
  return { sequence, tiedInBoth };
}
