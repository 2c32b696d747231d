import { discordantPairsPlain } from './plain/discordant-pairs.ts';
import type { SortedVector } from './rank-transform.ts';
import { MAX_SEQUENCE_GROUPS, sequenceInversions, TIED_WITH_NEXT } from './sequence-inversions.ts';
import type { KernelOptions } from './wasm-kernel.ts';

export interface PairCounts {
  /** Pairs that the two vectors order oppositely. */
  discordant: number;
  /** Pairs that are tied in both. */
  tiedInBoth: number;
}

/** Counts the pairs that two sorted vectors of equal length order oppositely, in O(n log n). */
export function discordantPairs(a: SortedVector, b: SortedVector, options: KernelOptions = {}): PairCounts {
  const [many, few] = a.groups >= b.groups ? [a, b] : [b, a];
  if (few.groups > MAX_SEQUENCE_GROUPS) return discordantPairsPlain(many, few);
  const sequence = tieFlags(many);
  for (let k = 0; k < sequence.length; k++) sequence[k]! |= few.dense[many.order[k]!]!;
  return sequenceInversions(sequence, few.groups, options);
}

/** The tie flags of {@link sequenceInversions} for the order of `vector`. */
export function tieFlags(vector: SortedVector): Uint16Array {
  const { order, dense, groups } = vector;
  const n = order.length;
  const flags = new Uint16Array(n);
  if (groups === n) return flags;
  for (let k = 1; k < n; k++) if (dense[order[k]!]! === dense[order[k - 1]!]!) flags[k - 1] = TIED_WITH_NEXT;
  return flags;
}
