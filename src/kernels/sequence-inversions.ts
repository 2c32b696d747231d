import type { PairCounts } from './discordant-pairs.ts';
import { sequenceInversionsPlain } from './plain/sequence-inversions.ts';
import type { KernelOptions } from './wasm-kernel.ts';

/** An element of a sequence is its group, … */
export const GROUP_BITS = 0x7fff;
/** … and this flag when the next element has the same place in the order. */
export const TIED_WITH_NEXT = 0x8000;
/** The most groups that {@link sequenceInversions} takes; with more, {@link discordantPairs} is the faster way. */
export const MAX_SEQUENCE_GROUPS = 1024;

/**
 * Discordant pairs of two vectors of which one has few distinct values: its groups (0 … groups−1), in the order of the
 * other vector. Linear in the length of the sequence.
 */
export function sequenceInversions(sequence: Uint16Array, groups: number, _options: KernelOptions = {}): PairCounts {
  return sequenceInversionsPlain(sequence, groups);
}
