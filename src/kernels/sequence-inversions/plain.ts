import type { PairCounts } from './types.ts';
import { GROUP_BITS, TIED_WITH_NEXT } from './types.ts';

/** Counts with a binary indexed tree (Fenwick 1994) over the groups: how many elements seen so far are at most g. */
export function sequenceInversionsPlain(sequence: Uint16Array, groups: number): PairCounts {
  const n = sequence.length;
  const tree = new Uint32Array(groups + 1);
  const inRun = new Uint32Array(groups);
  let discordant = 0;
  let tiedInBoth = 0;
  let start = 0;
  while (start < n) {
    let end = start;
    for (;;) {
      const element = sequence[end]!;
      let atMost = 0;
      for (let g = (element & GROUP_BITS) + 1; g > 0; g &= g - 1) atMost += tree[g]!;
      discordant += start - atMost;
      end++;
      if (!(element & TIED_WITH_NEXT)) break;
    }
    // Elements of a run are tied, so they are entered only after all of them were looked up.
    for (let k = start; k < end; k++) {
      const group = sequence[k]! & GROUP_BITS;
      for (let g = group + 1; g <= groups; g += g & -g) tree[g]!++;
      tiedInBoth += inRun[group]!++;
    }
    for (let k = start; k < end; k++) inRun[sequence[k]! & GROUP_BITS] = 0;
    start = end;
  }
  return { discordant, tiedInBoth };
}
