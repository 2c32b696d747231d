export interface PairCounts {
  /** Pairs that the two vectors order oppositely. */
  discordant: number;
  /** Pairs that are tied in both. */
  tiedInBoth: number;
}

/** An element of a sequence is its group, … */
export const GROUP_BITS = 0x7fff;

/** … and this flag when the next element has the same place in the order. */
export const TIED_WITH_NEXT = 0x8000;
