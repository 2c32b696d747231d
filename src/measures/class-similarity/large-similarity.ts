import type { LongTask } from '../../base/progress.ts';
import { crossGram } from '../../kernels/gram/gram.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { kendallOfTable, spearmanOfTable } from '../../statistics/contingency.ts';
import { unitRows } from '../../statistics/cosine-matrix.ts';
import { createRandom } from '../../statistics/random.ts';
import { type Matrix32, row } from '../../tensor/matrix.ts';
import type { MeasureValues } from './alignment.ts';
import type { Neighbour } from './neighbours.ts';

/** Similarities fall into this many bins of [−1, 1] for the rank measures; two closer than a bin count as tied. */
const SIMILARITY_BINS = 2 ** 18;
/** Bins for the chance level, where less will do. */
const CHANCE_BINS = 2 ** 13;
/** Rows of a tile; its products with all classes are held at once. */
const TILE_ROWS = 256;

/** A semantic reference with few distinct values, known by level: level ↑ means similarity ↑. */
export interface LevelledReference {
  /** C×C levels; 255 where either class is unknown to the reference. */
  levels: Uint8Array;
  /** Similarity of each level, ascending. */
  values: Float64Array;
}

export interface LargeSimilarityOptions extends KernelOptions, LongTask {
  /** Neighbours kept per class. Default 20. */
  neighbours?: number;
  /** Permutations of the chance level. Default 5. */
  permutations?: number;
  seed?: number;
}

export interface LargeSimilarity {
  /** The first neighbours of each class, most similar first; empty for a zero template. */
  neighbours: Neighbour[][];
  /** Classes with a zero template. */
  missing: number[];
  /** SSAD with the reference; null without one. */
  alignment: (MeasureValues & { classes: number; permuted: MeasureValues[] }) | null;
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
  const { neighbours: kept = 20, permutations = 5, seed = 0, signal, onProgress } = options;
  const unit: Matrix32 = { rows: count, cols, data: new Float32Array(count * cols) };
  const missing = unitRows(templates, unit.data);
  const isMissing = new Uint8Array(count);
  for (const i of missing) isMissing[i] = 1;

  const random = createRandom(seed);
  const tables = reference
    ? [
        accumulator(reference.levels, count, reference.values, SIMILARITY_BINS, undefined),
        ...Array.from({ length: permutations }, () =>
          accumulator(reference.levels, count, reference.values, CHANCE_BINS, random.permutation(count)),
        ),
      ]
    : [];
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
  const [observed, ...permuted] = tables;
  return {
    neighbours,
    missing,
    alignment: observed
      ? {
          ...observed.measures(),
          classes: observed.classes(isMissing),
          permuted: permuted.map((table) => table.measures()),
        }
      : null,
  };
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

/** Collects what the three measures need from pairs i < j: a table of counts, and sums per level for the cosine. */
function accumulator(
  levels: Uint8Array,
  count: number,
  values: Float64Array,
  bins: number,
  permutation: Uint32Array | undefined,
) {
  const levelCount = values.length;
  const counts = new Uint32Array(bins * levelCount);
  const sums = new Float64Array(levelCount);
  let squares = 0;
  let least = Number.POSITIVE_INFINITY;
  const half = bins / 2;
  const add = (i: number, similarities: Float32Array, isMissing: Uint8Array): void => {
    const base = (permutation ? permutation[i]! : i) * count;
    for (let j = i + 1; j < count; j++) {
      if (isMissing[j]) continue;
      const level = levels[base + (permutation ? permutation[j]! : j)]!;
      if (level === 255) continue;
      const similarity = similarities[j]!;
      const bin = Math.max(0, Math.min(bins - 1, ((similarity + 1) * half) | 0));
      counts[bin * levelCount + level]!++;
      sums[level]! += similarity;
      squares += similarity * similarity;
      if (similarity < least) least = similarity;
    }
  };
  const measures = (): MeasureValues => {
    const table = { rows: bins, cols: levelCount, counts };
    return {
      cosine: scaledCosine(table, values, sums, squares, least),
      spearman: spearmanOfTable(table),
      kendall: kendallOfTable(table),
    };
  };
  /** Classes that are in the reference and have a template. */
  const classes = (isMissing: Uint8Array): number => {
    let n = 0;
    for (let i = 0; i < count; i++) if (levels[i * count + i] !== 255 && !isMissing[i]) n++;
    return n;
  };
  return { add, measures, classes };
}

/** Cosine of x − min x and y − min y, from sums per level of y. */
function scaledCosine(
  { rows, cols, counts }: { rows: number; cols: number; counts: Uint32Array },
  values: Float64Array,
  sums: Float64Array,
  squares: number,
  least: number,
): number | null {
  const perLevel = new Float64Array(cols);
  for (let b = 0; b < rows; b++) for (let c = 0; c < cols; c++) perLevel[c]! += counts[b * cols + c]!;
  const used = [...perLevel.keys()].filter((c) => perLevel[c]! > 0);
  if (used.length < 2) return null;
  const lowest = values[used[0]!]!;
  let n = 0;
  let sum = 0;
  let xy = 0;
  let yy = 0;
  for (const c of used) {
    const y = values[c]! - lowest;
    xy += y * (sums[c]! - least * perLevel[c]!);
    yy += y * y * perLevel[c]!;
    n += perLevel[c]!;
    sum += sums[c]!;
  }
  const xx = squares - 2 * least * sum + n * least * least;
  return xx > 0 && yy > 0 ? Math.min(1, xy / Math.sqrt(xx * yy)) : null;
}
