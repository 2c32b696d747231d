import { IncomparableError, UsageError } from '../../base/errors.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import type { Interval } from '../../statistics/bootstrap-interval.ts';
import { meanInterval } from '../../statistics/intervals/mean-interval.ts';
import { prepareRanks } from '../../statistics/ranks.ts';
import { type Matrix, select } from '../../tensor/matrix.ts';
import { sum } from '../../tensor/sum.ts';
import { checkCounts, remainingClasses } from './confusion.ts';
import { type IdmChance, idmChanceOfAll, idmChanceOfErrors } from './idm-chance.ts';

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
  /** The same over wrong predictions; null when there are none. What random mistakes give is in `chance`. */
  errorsOnly: number | null;
  /** What the two are by chance: the same predictions permuted among the samples in question. */
  chance: { all: IdmChance | null; errorsOnly: IdmChance | null };
  /** 95 % intervals of the two over samples, by the standard error of a mean; null with fewer than 5 samples. */
  interval: { all: Interval | null; errorsOnly: Interval | null };
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
  return summarise(counts, keptCounts, classes, rankMatrix(kept, n, ties, options), ties);
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
  const ranks = rankMatrix(ownLeast(similarity, classes), n, ties, options);
  return { classes, ranks, ties, size: similarity.rows };
}

/** The rank of every class for every truth, from 1; each class is last for itself. */
function rankMatrix(kept: Float32Array | Float64Array, n: number, ties: TieRule, options: KernelOptions): Float64Array {
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
  return ranks;
}

/** `inverseDissimilarity` of counts by ranks that were found before. */
export function inverseDissimilarityByRanks(counts: Matrix, known: SimilarityRanks): InverseDissimilarity {
  const { classes, ranks, ties } = known;
  checkCounts(counts);
  requireEqualSize(counts, { rows: known.size, cols: known.size });
  return summarise(counts, gather(counts, classes), classes, ranks, ties);
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

/** @param ranks the rank of each kept class for each truth */
function summarise(
  counts: Matrix,
  keptCounts: Float32Array | Float64Array,
  classes: Uint32Array,
  ranks: Float64Array,
  ties: TieRule,
): InverseDissimilarity {
  const n = classes.length;
  const samples = sum(keptCounts);
  const perClass = new Float64Array(counts.rows).fill(Number.NaN);
  let errors = 0;
  let rankTotal = 0;
  let rankSquares = 0;
  for (let i = 0; i < n; i++) {
    let ofClass = 0;
    let ranksOfClass = 0;
    for (let j = 0; j < n; j++) {
      const count = keptCounts[i * n + j]!;
      if (j === i || count === 0) continue;
      const rank = ranks[i * n + j]!;
      ofClass += count;
      ranksOfClass += count * rank;
      rankSquares += count * rank * rank;
    }
    errors += ofClass;
    rankTotal += ranksOfClass;
    if (ofClass > 0) perClass[classes[i]!] = 1 - ranksOfClass / ofClass / (n - 1);
  }
  const all = samples > 0 && n > 1 ? 1 - rankTotal / samples / (n - 1) : null;
  const errorsOnly = errors > 0 ? 1 - rankTotal / errors / (n - 1) : null;
  const rankOf = (t: number, p: number): number => ranks[t * n + p]!;
  return {
    all,
    errorsOnly,
    chance: {
      all: idmChanceOfAll(keptCounts, n, rankOf, all),
      errorsOnly: idmChanceOfErrors(keptCounts, n, rankOf, errorsOnly),
    },
    interval: {
      all: intervalOf(all, rankTotal, rankSquares, samples, n),
      errorsOnly: intervalOf(errorsOnly, rankTotal, rankSquares, errors, n),
    },
    samples,
    errors,
    droppedSamples: keptCounts === counts.data ? 0 : sum(counts.data) - samples,
    classes: n,
    ties,
    perClass,
  };
}

/** 95 % interval of 1 − mean rank ÷ (C − 1), from the standard error of the mean; cut to [0, 1]. */
function intervalOf(
  value: number | null,
  rankTotal: number,
  rankSquares: number,
  samples: number,
  n: number,
): Interval | null {
  if (value === null) return null;
  const squares = Math.max(0, rankSquares - (rankTotal * rankTotal) / samples) / (n - 1) ** 2;
  const found = meanInterval(value, squares, samples);
  return found && { low: Math.max(0, found.low), high: Math.min(1, found.high) };
}
