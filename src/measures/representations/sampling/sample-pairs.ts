import { UsageError } from '../../../base/errors.ts';
import { createRandom } from '../../../statistics/random.ts';

/** Pairs of different images: `rows[p]` > `columns[p]`. */
export interface ImagePairs {
  rows: Int32Array;
  columns: Int32Array;
}

/** Pairs of `n` images. */
export function pairCount(n: number): number {
  return (n * (n - 1)) / 2;
}

/**
 * `count` different pairs of `n` images, each as likely as any other, in random order; all of them, in random order too,
 * where there are no more.
 *
 * @throws UsageError for a negative count.
 */
export function samplePairs(n: number, count: number, seed = 0): ImagePairs {
  if (!(Number.isInteger(count) && count >= 0))
    throw new UsageError(`pairs must be a whole number of at least 0; found ${count}.`);
  const total = pairCount(n);
  const taken = Math.min(count, total);
  const random = createRandom(seed);
  const rows = new Int32Array(taken);
  const columns = new Int32Array(taken);
  const put = (at: number, i: number, j: number): void => {
    rows[at] = Math.max(i, j);
    columns[at] = Math.min(i, j);
  };
  if (taken > total / 2) {
    // Nearly all of them: shuffled as far as they are taken.
    const order = random.permutation(total);
    for (let p = 0; p < taken; p++) {
      const code = order[p]!;
      const i = rowOfPair(code);
      put(p, i, code - pairCount(i));
    }
    return { rows, columns };
  }
  // A table of places with open addressing, at most half full: a Set ends at 2²⁴ entries.
  const places = new Uint32Array(2 ** Math.ceil(Math.log2(2 * taken + 1)));
  for (let p = 0; p < taken; ) {
    const i = random.below(n);
    const j = random.below(n);
    if (i === j) continue;
    put(p, i, j);
    if (isNew(p)) p++;
  }
  return { rows, columns };

  /** Enters the pair at p unless it is there. */
  function isNew(p: number): boolean {
    const [row, column] = [rows[p]!, columns[p]!];
    let slot = hashOfPair(row, column) & (places.length - 1);
    for (let at = places[slot]!; at > 0; at = places[slot]!) {
      if (rows[at - 1] === row && columns[at - 1] === column) return false;
      slot = (slot + 1) & (places.length - 1);
    }
    places[slot] = p + 1;
    return true;
  }
}

/** 32 bits that depend on all bits of both numbers: the finaliser of MurmurHash3 (Appleby) on their mixture. */
function hashOfPair(row: number, column: number): number {
  let h = Math.imul(row, 0x9e3779b1) ^ column;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The i whose pairs (i, 0) … (i, i−1) the code lies among, where pairs are counted row by row. */
function rowOfPair(code: number): number {
  let i = Math.floor((1 + Math.sqrt(1 + 8 * code)) / 2);
  // The root may be off by one for large codes.
  while (pairCount(i) > code) i--;
  while (pairCount(i + 1) <= code) i++;
  return i;
}

/** All pairs within each batch of images, batch after batch, row by row. */
export function pairsWithin(batches: readonly Int32Array[]): ImagePairs {
  const count = batches.reduce((sum, { length }) => sum + pairCount(length), 0);
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  let p = 0;
  for (const batch of batches)
    for (let a = 0; a < batch.length; a++)
      for (let b = 0; b < a; b++, p++) {
        rows[p] = Math.max(batch[a]!, batch[b]!);
        columns[p] = Math.min(batch[a]!, batch[b]!);
      }
  return { rows, columns };
}
