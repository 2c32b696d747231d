import { inversions } from '../inversions/inversions.ts';
import type { SortedVector } from '../rank-transform/types.ts';
import { MAX_SEQUENCE_GROUPS, sequenceInversions } from '../sequence-inversions/sequence-inversions.ts';
import { type PairCounts, TIED_WITH_NEXT } from '../sequence-inversions/types.ts';
import type { KernelOptions } from '../shared/wasm-kernel.ts';

/** Counts the pairs that two sorted vectors of equal length order oppositely, in O(n log n). */
export function discordantPairs(a: SortedVector, b: SortedVector, options: KernelOptions = {}): PairCounts {
  const orderOfB = a.groups <= MAX_SEQUENCE_GROUPS && b.groups > MAX_SEQUENCE_GROUPS;
  return orderOfB ? discordantInOrder(b, a.dense, a.groups, options) : discordantInOrder(a, b.dense, b.groups, options);
}

/**
 * As {@link discordantPairs} for a vector of which only the dense ranks are known, after Knight (1966): they are put in
 * the order of the sorted vector, and their inversions are the discordant pairs.
 */
export function discordantInOrder(
  sorted: SortedVector,
  dense: Uint32Array,
  groups: number,
  options: KernelOptions = {},
): PairCounts {
  const { order, groupStarts } = sorted;
  const n = order.length;
  if (groups <= MAX_SEQUENCE_GROUPS) {
    const sequence = tieFlags(sorted);
    // Half as wide, so that random look-ups stay in a nearer cache.
    const narrow = new Uint16Array(dense);
    for (let k = 0; k < n; k++) sequence[k]! |= narrow[order[k]!]!;
    return sequenceInversions(sequence, groups, options);
  }
  const sequence = new Uint32Array(n);
  for (let k = 0; k < n; k++) sequence[k] = dense[order[k]!]!;
  let tiedInBoth = 0;
  for (let g = 0; g < sorted.groups && sorted.groups < n; g++) {
    const start = groupStarts[g]!;
    const end = groupStarts[g + 1]!;
    if (end - start > 1) tiedInBoth += sortAndCountEqual(sequence.subarray(start, end));
  }
  return { discordant: inversions(sequence, groups, options), tiedInBoth };
}

/** The tie flags of {@link sequenceInversions} for the order of `vector`. */
function tieFlags({ order, groups, groupStarts }: SortedVector): Uint16Array {
  const flags = new Uint16Array(order.length);
  if (groups === order.length) return flags;
  for (let g = 0; g < groups; g++) {
    const end = groupStarts[g + 1]! - 1;
    for (let k = groupStarts[g]!; k < end; k++) flags[k] = TIED_WITH_NEXT;
  }
  return flags;
}

/** Sorts `values` and counts the pairs of equal ones. */
function sortAndCountEqual(values: Uint32Array): number {
  values.sort();
  let pairs = 0;
  let run = 0;
  for (let k = 1; k < values.length; k++) {
    run = values[k] === values[k - 1] ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}
