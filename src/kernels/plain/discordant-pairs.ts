import type { PairCounts } from '../discordant-pairs.ts';
import type { SortedVector } from '../rank-transform.ts';

/** Knight's method: the ranks of b in the order of a, equal ones of a by b; its inversions are the discordant pairs. */
export function discordantPairsPlain(a: SortedVector, b: SortedVector): PairCounts {
  const n = a.order.length;
  const sequence = new Uint32Array(n);
  const next = new Uint32Array(a.groups + 1);
  for (let i = 0; i < n; i++) next[a.dense[i]! + 1]!++;
  for (let g = 1; g <= a.groups; g++) next[g]! += next[g - 1]!;
  // Taken in the order of b, so each group of a comes out sorted by b.
  for (let k = 0; k < n; k++) {
    const i = b.order[k]!;
    sequence[next[a.dense[i]!]!++] = b.dense[i]!;
  }
  // `next` now holds the end of each group.
  return {
    tiedInBoth: a.groups === n ? 0 : pairsTiedInBoth(sequence, next, a.groups),
    discordant: inversions(sequence),
  };
}

function pairsTiedInBoth(sequence: Uint32Array, groupEnds: Uint32Array, groups: number): number {
  let pairs = 0;
  let start = 0;
  for (let g = 0; g < groups; g++) {
    const end = groupEnds[g]!;
    while (start < end) {
      let stop = start + 1;
      while (stop < end && sequence[stop] === sequence[start]) stop++;
      pairs += ((stop - start) * (stop - start - 1)) / 2;
      start = stop;
    }
  }
  return pairs;
}

const INSERTION_RUN = 16;

/** How many pairs of a sequence are in descending order, by merge sort; the sequence ends up sorted or overwritten. */
function inversions(sequence: Uint32Array): number {
  const n = sequence.length;
  let count = 0;
  for (let start = 0; start < n; start += INSERTION_RUN) {
    const end = Math.min(n, start + INSERTION_RUN);
    for (let i = start + 1; i < end; i++) {
      const value = sequence[i]!;
      let k = i - 1;
      while (k >= start && sequence[k]! > value) {
        sequence[k + 1] = sequence[k]!;
        k--;
      }
      count += i - 1 - k;
      sequence[k + 1] = value;
    }
  }
  let from = sequence;
  let to: Uint32Array = new Uint32Array(n);
  for (let width = INSERTION_RUN; width < n; width *= 2) {
    for (let start = 0; start < n; start += 2 * width) {
      const middle = Math.min(n, start + width);
      const end = Math.min(n, start + 2 * width);
      let left = start;
      let right = middle;
      let out = start;
      while (left < middle && right < end) {
        if (from[right]! < from[left]!) {
          count += middle - left;
          to[out++] = from[right++]!;
        } else to[out++] = from[left++]!;
      }
      while (left < middle) to[out++] = from[left++]!;
      while (right < end) to[out++] = from[right++]!;
    }
    [from, to] = [to, from];
  }
  return count;
}
