import { IncomparableError, UsageError } from '../../base/errors.ts';
import { mistakeRanks } from '../../kernels/mistake-ranks/mistake-ranks.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { prepareRanks } from '../../statistics/ranks.ts';
import { type Matrix, select } from '../../tensor/matrix.ts';
import { sum } from '../../tensor/sum.ts';
import { checkCounts, remainingClasses } from './confusion.ts';

/**
 * `average`: tied classes share the mean of their positions, so that the rank does not depend on class order.
 * `first`: tied classes are ranked by index, as implementations do that sort.
 */
export type TieRule = 'average' | 'first';

export interface InverseDissimilarityOptions extends KernelOptions {
  ties?: TieRule;
  /** Classes without a row in the matrix; samples of which the truth or the prediction is one of them are left out. */
  missing?: readonly number[];
}

/** IDM over all predictions and over the wrong ones alone, with the counts behind the two means. */
export interface InverseDissimilarity {
  /** 1 − mean rank ÷ (C − 1) over all samples: 1 is perfect; null without a sample or with fewer than two classes. */
  all: number | null;
  /** The same over wrong predictions; random mistakes give about 0.5. Null when there are none. */
  errorsOnly: number | null;
  samples: number;
  errors: number;
  /** Samples left out because their truth or their prediction has no row. */
  droppedSamples: number;
  /** Number of classes ranked. */
  classes: number;
  ties: TieRule;
  /** The errors-only value of each class by truth; NaN for a class without mistakes. Length: all classes. */
  perClass: Float64Array;
}

/**
 * Inverse Dissimilarity Metric (Filus & Żarski et al., "Beyond Accuracy"). The rank r(t, p) of prediction p for truth t
 * is the position of p among the classes sorted from most to least similar to t, r(t, t) = 0. DM is the mean rank
 * divided by C − 1, IDM = 1 − DM. With the network's own matrix it is NIDM, with WordNet's WIDM.
 * @param counts C×C, how often class t (row) was taken for class p (column)
 * @param similarity C×C; only its order within each row matters
 * @throws IncomparableError when the two are of different sizes; UsageError when counts are negative or not square.
 */
export function inverseDissimilarity(
  counts: Matrix,
  similarity: Matrix,
  options: InverseDissimilarityOptions = {},
): InverseDissimilarity {
  const { ties = 'average', missing = [] } = options;
  requireTieRule(ties);
  checkCounts(counts);
  requireEqualSize(counts, similarity);
  const classes = remainingClasses(counts.rows, missing);
  const kept = ownLeast(similarity, classes);
  const keptCounts = gather(counts, classes);
  const n = classes.length;
  const rows = ties === 'average' ? mistakeRanks(kept, keptCounts, n, options) : firstRanks(kept, keptCounts, n);
  return summarise(counts, keptCounts, classes, rows, ties);
}

/** The rank of every class for every truth, for many confusion matrices to be measured by one similarity matrix. */
export interface SimilarityRanks {
  /** Classes ranked, and for each pair of them the rank of the second for the first; the diagonal is not 0. */
  classes: Uint32Array;
  ranks: Float64Array;
  ties: TieRule;
  /** Number of all classes. */
  size: number;
}

/** The half of `inverseDissimilarity` that concerns the similarity matrix alone; takes the same options and errors. */
export function similarityRanks(similarity: Matrix, options: InverseDissimilarityOptions = {}): SimilarityRanks {
  const { ties = 'average', missing = [] } = options;
  requireTieRule(ties);
  const classes = remainingClasses(similarity.rows, missing);
  const n = classes.length;
  const kept = ownLeast(similarity, classes);
  const ranks = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const { order, centred } = prepareRanks(
      kept.subarray(i * n, (i + 1) * n).map((value) => -value),
      options,
    );
    for (let k = 0; k < n; k++)
      if (ties === 'average') ranks[i * n + k] = (centred[k]! + n + 1) / 2;
      else ranks[i * n + order[k]!] = k + 1;
  }
  return { classes, ranks, ties, size: similarity.rows };
}

/** `inverseDissimilarity` of counts by ranks that were found before. */
export function inverseDissimilarityByRanks(counts: Matrix, known: SimilarityRanks): InverseDissimilarity {
  const { classes, ranks, ties } = known;
  checkCounts(counts);
  requireEqualSize(counts, { rows: known.size, cols: known.size });
  const kept = gather(counts, classes);
  const n = classes.length;
  const rows = { errors: new Float64Array(n), ranks: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    let errors = -kept[i * (n + 1)]!;
    let total = errors * ranks[i * (n + 1)]!;
    for (let k = i * n; k < (i + 1) * n; k++) {
      errors += kept[k]!;
      total += kept[k]! * ranks[k]!;
    }
    rows.errors[i] = errors;
    rows.ranks[i] = total;
  }
  return summarise(counts, kept, classes, rows, ties);
}

function requireTieRule(ties: TieRule): void {
  if (ties !== 'average' && ties !== 'first')
    throw new UsageError(`ties must be "average" or "first"; found ${JSON.stringify(ties)}.`);
}

function requireEqualSize(counts: Matrix, similarity: { rows: number; cols: number }): void {
  if (similarity.rows !== counts.rows || similarity.cols !== counts.cols)
    throw new IncomparableError(
      `The confusion matrix has ${counts.rows} classes, but the similarity matrix is ${similarity.rows}×${similarity.cols}.`,
    );
}

/** The entries between the kept classes; the matrix's own where all are kept. */
function gather<A extends Float32Array | Float64Array>(matrix: Matrix<A>, classes: Uint32Array): A {
  if (classes.length === matrix.rows) return matrix.data;
  return select(matrix, classes).data as A;
}

/** A copy of the similarities between the kept classes, each least similar to itself. */
function ownLeast(similarity: Matrix, classes: Uint32Array): Float32Array | Float64Array {
  const n = classes.length;
  const kept = gather(similarity, classes).slice();
  for (let i = 0; i < n; i++) kept[i * (n + 1)] = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < kept.length; k++)
    if (Number.isNaN(kept[k]!))
      throw new UsageError(
        `The similarity matrix holds NaN at row ${classes[Math.floor(k / n)]}, column ${classes[k % n]}; list such classes as missing.`,
      );
  return kept;
}

/** @param rows mistakes and the sum of their ranks for each kept class */
function summarise(
  counts: Matrix,
  keptCounts: Float32Array | Float64Array,
  classes: Uint32Array,
  rows: { errors: Float64Array; ranks: Float64Array },
  ties: TieRule,
): InverseDissimilarity {
  const n = classes.length;
  const samples = sum(keptCounts);
  const perClass = new Float64Array(counts.rows).fill(Number.NaN);
  let errors = 0;
  let rankTotal = 0;
  for (let i = 0; i < n; i++) {
    errors += rows.errors[i]!;
    rankTotal += rows.ranks[i]!;
    if (rows.errors[i]! > 0) perClass[classes[i]!] = 1 - rows.ranks[i]! / rows.errors[i]! / (n - 1);
  }
  return {
    all: samples > 0 && n > 1 ? 1 - rankTotal / samples / (n - 1) : null,
    errorsOnly: errors > 0 ? 1 - rankTotal / errors / (n - 1) : null,
    samples,
    errors,
    droppedSamples: keptCounts === counts.data ? 0 : sum(counts.data) - samples,
    classes: n,
    ties,
    perClass,
  };
}

/** As `mistakeRanks`, with tied classes ranked by index. */
function firstRanks(similarity: Float32Array | Float64Array, counts: Float32Array | Float64Array, n: number) {
  const errors = new Float64Array(n);
  const ranks = new Float64Array(n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const count = counts[i * n + j]!;
      if (j === i || count === 0) continue;
      const value = similarity[i * n + j]!;
      let before = 0;
      for (let k = 0; k < n; k++) before += +(similarity[i * n + k]! > value);
      for (let k = 0; k < j; k++) before += +(similarity[i * n + k]! === value);
      errors[i]! += count;
      ranks[i]! += count * (1 + before);
    }
  return { errors, ranks };
}
