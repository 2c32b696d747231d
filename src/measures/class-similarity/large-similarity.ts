import type { LongTask } from '../../base/progress.ts';
import { crossGram } from '../../kernels/gram/gram.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { unitRows } from '../../statistics/cosine-matrix.ts';
import { createRandom } from '../../statistics/random.ts';
import { type Matrix32, row } from '../../tensor/matrix.ts';
import { eachMeasure, type MeasureValues } from './alignment-measures/alignment-measures.ts';
import { type LevelledReference, pairTable, UNKNOWN_LEVEL } from './alignment-measures/pair-table.ts';
import { type ChanceResult, chanceOf } from './chance.ts';
import type { Neighbour } from './neighbours.ts';

/** Similarities fall into this many bins of [−1, 1] for the rank measures; two closer than a bin count as tied. */
const SIMILARITY_BINS = 2 ** 18;
/** Bins for the chance level, where less will do. */
const CHANCE_BINS = 2 ** 13;
/** Rows of a tile; its products with all classes are held at once. */
const TILE_ROWS = 256;
/** Of the permutations behind Kendall's deviation; own and fixed, so that no option changes a chance level. */
const SEED = 0x6b656e64;

export interface LargeSimilarityOptions extends KernelOptions, LongTask {
  /** Neighbours kept per class. Default 20. */
  neighbours?: number;
  /** Permutations for the deviation of Kendall's chance level. Default 5. */
  draws?: number;
}

export interface LargeSimilarity {
  /** The first neighbours of each class, most similar first; empty for a zero template. */
  neighbours: Neighbour[][];
  /** Classes with a zero template. */
  missing: number[];
  /** SSAD with the reference, and its chance level; null without one. */
  alignment: (MeasureValues & { classes: number; chance: ChanceResult }) | null;
}

/**
 * Class similarity of heads too large for a C×C matrix: row tiles of the NCSM are made, used and dropped, so that
 * memory grows with C and not with its square (but for one byte a pair of the reference). The cosine measure is exact;
 * Spearman and Kendall are exact for similarities rounded to 2⁻¹⁷, which moves them by less than 1e-6.
 *
 * @param templates classes × features.
 */
export function largeSimilarity(
  templates: Matrix32,
  reference: LevelledReference | undefined,
  options: LargeSimilarityOptions = {},
): LargeSimilarity {
  const { rows: count, cols } = templates;
  const { neighbours: kept = 20, draws = 5, signal, onProgress } = options;
  const unit: Matrix32 = { rows: count, cols, data: new Float32Array(count * cols) };
  const missing = unitRows(templates, unit.data);
  const isMissing = new Uint8Array(count);
  for (const i of missing) isMissing[i] = 1;
  const shared = reference ? sharedWith(reference, isMissing) : [];

  const random = createRandom(SEED);
  const observed = reference && pairTable(reference, count, SIMILARITY_BINS);
  const permuted = reference
    ? Array.from({ length: draws }, () =>
        pairTable(reference, count, CHANCE_BINS, permutationOf(shared, count, random.permutation(shared.length))),
      )
    : [];
  const tables = observed ? [observed, ...permuted] : [];
  const neighbours: Neighbour[][] = new Array(count);
  for (let start = 0; start < count; start += TILE_ROWS) {
    signal?.throwIfAborted();
    onProgress?.({ task: 'class similarity', done: start, total: count, unit: 'classes' });
    const rows = Math.min(TILE_ROWS, count - start);
    const tile = crossGram(
      { rows, cols, data: unit.data.subarray(start * cols, (start + rows) * cols) },
      unit,
      options,
    );
    for (let r = 0; r < rows; r++) {
      const i = start + r;
      const similarities = row(tile, r);
      neighbours[i] = isMissing[i] ? [] : nearest(similarities, i, isMissing, kept);
      if (!isMissing[i]) for (const table of tables) table.add(i, similarities, isMissing);
    }
  }
  if (!observed) return { neighbours, missing, alignment: null };
  const table = observed.table();
  const values = eachMeasure((_, measure) => measure.ofTable(table));
  const shuffled = permuted.map((draw) => draw.table());
  const chance = eachMeasure((id, measure) => {
    const value = values[id];
    return value === null ? null : chanceOf(value, measure.chanceOfCounts(observed, shared, shuffled));
  });
  return { neighbours, missing, alignment: { ...values, classes: shared.length, chance } };
}

/** Classes that have a template and are in the reference, ascending. */
function sharedWith({ levels }: LevelledReference, isMissing: Uint8Array): number[] {
  const count = isMissing.length;
  return Array.from({ length: count }, (_, i) => i).filter(
    (i) => !isMissing[i] && levels[i * count + i] !== UNKNOWN_LEVEL,
  );
}

/** The permutation of all classes that moves only those that take part. */
function permutationOf(shared: readonly number[], count: number, order: Uint32Array): Uint32Array {
  const out = Uint32Array.from({ length: count }, (_, i) => i);
  shared.forEach((index, k) => {
    out[index] = shared[order[k]!]!;
  });
  return out;
}

/** The `kept` most similar other classes, most similar first, ties by index. */
function nearest(similarities: Float32Array, self: number, isMissing: Uint8Array, kept: number): Neighbour[] {
  const best: Neighbour[] = [];
  let threshold = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < similarities.length; j++) {
    const similarity = similarities[j]!;
    if (similarity <= threshold || j === self || isMissing[j]) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.similarity < similarity) at--;
    best.splice(at, 0, { class: j, similarity: Math.min(1, similarity) });
    if (best.length > kept) best.pop();
    if (best.length === kept) threshold = best[kept - 1]!.similarity;
  }
  return best;
}
