import { IncomparableError, UsageError } from '../errors.ts';
import { mistakeRanks } from '../kernels/mistake-ranks.ts';
import type { KernelOptions } from '../kernels/wasm-kernel.ts';
import type { Matrix } from '../tensor/matrix.ts';
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
  if (ties !== 'average' && ties !== 'first')
    throw new UsageError(`ties must be "average" or "first"; found ${JSON.stringify(ties)}.`);
  checkCounts(counts);
  if (similarity.rows !== counts.rows || similarity.cols !== counts.cols)
    throw new IncomparableError(
      `The confusion matrix has ${counts.rows} classes, but the similarity matrix is ${similarity.rows}×${similarity.cols}.`,
    );
  const classes = remainingClasses(counts.rows, missing);
  const n = classes.length;
  const kept = new Float64Array(n * n);
  const keptCounts = new Float64Array(n * n);
  let samples = 0;
  for (let i = 0; i < n; i++) {
    const from = classes[i]! * counts.cols;
    for (let j = 0; j < n; j++) {
      const value = similarity.data[from + classes[j]!]!;
      if (Number.isNaN(value) && j !== i)
        throw new UsageError(
          `The similarity matrix holds NaN at row ${classes[i]}, column ${classes[j]}; list such classes as missing.`,
        );
      const count = counts.data[from + classes[j]!]!;
      samples += count;
      kept[i * n + j] = value;
      keptCounts[i * n + j] = count;
    }
    kept[i * n + i] = Number.NEGATIVE_INFINITY;
  }
  const rows = ties === 'average' ? mistakeRanks(kept, keptCounts, n, options) : firstRanks(kept, keptCounts, n);
  const perClass = new Float64Array(counts.rows).fill(Number.NaN);
  let errors = 0;
  let rankTotal = 0;
  for (let i = 0; i < n; i++) {
    errors += rows.errors[i]!;
    rankTotal += rows.ranks[i]!;
    if (rows.errors[i]! > 0) perClass[classes[i]!] = 1 - rows.ranks[i]! / rows.errors[i]! / (n - 1);
  }
  let allSamples = 0;
  for (let k = 0; k < counts.data.length; k++) allSamples += counts.data[k]!;
  return {
    all: samples > 0 && n > 1 ? 1 - rankTotal / samples / (n - 1) : null,
    errorsOnly: errors > 0 ? 1 - rankTotal / errors / (n - 1) : null,
    samples,
    errors,
    droppedSamples: allSamples - samples,
    classes: n,
    ties,
    perClass,
  };
}

/** As `mistakeRanks`, with tied classes ranked by index. */
function firstRanks(similarity: Float64Array, counts: Float64Array, n: number) {
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
