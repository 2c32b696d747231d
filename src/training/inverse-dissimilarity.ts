import { IncomparableError, UsageError } from '../errors.ts';
import type { Matrix } from '../tensor/matrix.ts';
import { checkCounts, remainingClasses } from './confusion.ts';

/**
 * `average`: tied classes share the mean of their positions, so that the rank does not depend on class order.
 * `first`: tied classes are ranked by index, as implementations do that sort.
 */
export type TieRule = 'average' | 'first';

export interface InverseDissimilarityOptions {
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

/** Above this many different mistakes in one row, sorting the row once is cheaper than counting for each of them. */
const SORT_FROM = 24;

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
  const perClass = new Float64Array(counts.rows).fill(Number.NaN);
  const others = new Float64Array(Math.max(0, n - 1));
  const predicted = new Uint32Array(n);
  let samples = 0;
  let errors = 0;
  let rankTotal = 0;
  for (let i = 0; i < n; i++) {
    const t = classes[i]!;
    const start = t * counts.cols;
    samples += counts.data[start + t]!;
    let different = 0;
    for (let j = 0; j < n; j++) if (j !== i && counts.data[start + classes[j]!]! > 0) predicted[different++] = j;
    if (different === 0) continue;

    let k = 0;
    for (let j = 0; j < n; j++) if (j !== i) others[k++] = similarity.data[start + classes[j]!]!;
    const sorted = different >= SORT_FROM ? others.slice().sort() : undefined;
    let rowErrors = 0;
    let rowRanks = 0;
    for (let m = 0; m < different; m++) {
      const j = predicted[m]!;
      const count = counts.data[start + classes[j]!]!;
      rowErrors += count;
      rowRanks += count * rankAmong(others, sorted, j < i ? j : j - 1, ties);
    }
    samples += rowErrors;
    errors += rowErrors;
    rankTotal += rowRanks;
    perClass[t] = 1 - rowRanks / rowErrors / (n - 1);
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

/** Position from 1 of entry `index` among `values` from largest to smallest. */
function rankAmong(values: Float64Array, sorted: Float64Array | undefined, index: number, ties: TieRule): number {
  const value = values[index]!;
  let greater = 0;
  let equal = 0;
  if (sorted) {
    const above = firstAbove(sorted, value);
    greater = sorted.length - above;
    equal = above - firstNotBelow(sorted, value);
  } else {
    for (let k = 0; k < values.length; k++) {
      if (values[k]! > value) greater++;
      else if (values[k] === value) equal++;
    }
  }
  if (equal === 1) return 1 + greater;
  if (ties === 'average') return 1 + greater + (equal - 1) / 2;
  let before = 0;
  for (let k = 0; k < index; k++) if (values[k] === value) before++;
  return 1 + greater + before;
}

function firstNotBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
