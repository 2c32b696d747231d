import type { ContingencyTable } from '../../../statistics/contingency.ts';

/** What is known of two sides too large for whole matrices: pairs i < j counted by bin of similarity and level. */
export interface PairTable extends ContingencyTable {
  /** Similarity of each level, ascending. */
  values: Float64Array;
  /** Per level the sum of the network's similarities; over all pairs their squares and their least. */
  sums: Float64Array;
  squares: number;
  least: number;
}

/** A semantic reference with few distinct values, known by level: level ↑ means similarity ↑. */
export interface LevelledReference {
  /** C×C levels; 255 where either class is unknown to the reference. */
  levels: Uint8Array;
  /** Similarity of each level, ascending. */
  values: Float64Array;
}

export const UNKNOWN_LEVEL = 255;

/** Coarse bins of [−1, 1] in which each class counts its similarities, for the sums of ranks of a row. */
export const ROW_BINS = 512;

/** Pairs of classes as they are counted: the table, and what is known of each class for the chance level. */
export interface CountedPairs {
  add(i: number, similarities: Float32Array, isMissing: Uint8Array): void;
  table(): PairTable;
  /** Per class: the sum of its similarities, and how many fall into each coarse bin and on each level. */
  rows: { sums: Float64Array; bins: Uint32Array; levels: Uint32Array } | undefined;
}

/**
 * Collects what the measures need from pairs i < j: a table of counts, and sums per level for the cosine.
 *
 * @param permutation Which class of the reference stands for each class; such a table keeps nothing by class.
 */
export function pairTable(
  { levels, values }: LevelledReference,
  count: number,
  bins: number,
  permutation?: Uint32Array,
): CountedPairs {
  const levelCount = values.length;
  const counts = new Uint32Array(bins * levelCount);
  const sums = new Float64Array(levelCount);
  const rows = permutation
    ? undefined
    : {
        sums: new Float64Array(count),
        bins: new Uint32Array(count * ROW_BINS),
        levels: new Uint32Array(count * levelCount),
      };
  let squares = 0;
  let least = Number.POSITIVE_INFINITY;
  const half = bins / 2;
  const perRowBin = bins / ROW_BINS;
  const add = (i: number, similarities: Float32Array, isMissing: Uint8Array): void => {
    const base = (permutation ? permutation[i]! : i) * count;
    for (let j = i + 1; j < count; j++) {
      if (isMissing[j]) continue;
      const level = levels[base + (permutation ? permutation[j]! : j)]!;
      if (level === UNKNOWN_LEVEL) continue;
      const similarity = similarities[j]!;
      const bin = Math.max(0, Math.min(bins - 1, ((similarity + 1) * half) | 0));
      counts[bin * levelCount + level]!++;
      sums[level]! += similarity;
      squares += similarity * similarity;
      if (similarity < least) least = similarity;
      if (!rows) continue;
      const rowBin = (bin / perRowBin) | 0;
      rows.sums[i]! += similarity;
      rows.sums[j]! += similarity;
      rows.bins[i * ROW_BINS + rowBin]!++;
      rows.bins[j * ROW_BINS + rowBin]!++;
      rows.levels[i * levelCount + level]!++;
      rows.levels[j * levelCount + level]!++;
    }
  };
  return {
    add,
    table: () => ({ rows: bins, cols: levelCount, counts, values, sums, squares, least }),
    rows,
  };
}
