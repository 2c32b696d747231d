import { IncomparableError, UsageError } from '../../base/errors.ts';
import { type Matrix, type Matrix64, select } from '../../tensor/matrix.ts';
import { sum } from '../../tensor/sum.ts';

/** How many samples stand behind a confusion matrix, and how full it is. */
export interface ConfusionSummary {
  /** Samples whose truth and prediction are both among the classes left. */
  samples: number;
  /** Those of them that are wrong. */
  errors: number;
  /** Share of the off-diagonal cells that hold at least one mistake. */
  density: number;
  /** Samples left out because their truth or their prediction was dropped. */
  droppedSamples: number;
}

/** A confusion class similarity matrix (CCSM) over the classes left. */
export interface ConfusionSimilarity extends ConfusionSummary {
  /** C′×C′, rows are the ground truth; a row without samples is NaN. Values in [0, 1], diagonal 1. Asymmetric. */
  matrix: Matrix64;
  /** Which classes the rows are: indices into the classes of the counts. */
  classes: Uint32Array;
  /** Classes (indices into the counts) that are left but have no sample, hence no row. */
  missing: number[];
}

/**
 * Counts predictions by truth: cell (t, p) is the number of samples of class t that were taken for class p.
 * @param target class indices in [0, classes), one a sample
 * @param prediction likewise, in the same order
 * @throws IncomparableError when the two differ in length; UsageError when an index is not a class.
 */
export function confusionCounts(target: ArrayLike<number>, prediction: ArrayLike<number>, classes: number): Matrix64 {
  if (target.length !== prediction.length)
    throw new IncomparableError(
      `There are ${target.length} targets but ${prediction.length} predictions; one of each is needed for every sample.`,
    );
  const data = new Float64Array(classes * classes);
  for (let i = 0; i < target.length; i++) {
    const t = target[i]!;
    const p = prediction[i]!;
    if (!(t >= 0 && t < classes && Number.isInteger(t))) throw badClass('target', i, t, classes);
    if (!(p >= 0 && p < classes && Number.isInteger(p))) throw badClass('prediction', i, p, classes);
    data[t * classes + p]!++;
  }
  return { rows: classes, cols: classes, data };
}

function badClass(what: string, sample: number, value: number, classes: number): UsageError {
  return new UsageError(
    `The ${what} of sample ${sample} is ${value}; class indices from 0 to ${classes - 1} were expected.`,
  );
}

/**
 * The CCSM: each row of the counts divided by its sum, diagonal then set to 1. Classes in `dropped` leave rows and
 * columns of the counts before the division, so that the result equals that of a data set that never had them.
 * @throws UsageError when the counts are not square or hold a negative number.
 */
export function confusionSimilarityMatrix(counts: Matrix, dropped: readonly number[] = []): ConfusionSimilarity {
  checkCounts(counts);
  return confusionOfClasses(counts, remainingClasses(counts.rows, dropped));
}

/** As `confusionSimilarityMatrix` for counts that were checked and the classes to keep, in the order of the rows. */
export function confusionOfClasses(counts: Matrix, classes: Uint32Array): ConfusionSimilarity {
  const n = classes.length;
  const data = new Float64Array(n * n);
  const missing: number[] = [];
  let samples = 0;
  let correct = 0;
  let filled = 0;
  const kept = isEvery(classes, counts.rows) ? counts.data : select(counts, classes).data;
  for (let i = 0; i < n; i++) {
    const start = i * n;
    const end = start + n;
    let ofClass = 0;
    for (let k = start; k < end; k++) {
      const count = kept[k]!;
      ofClass += count;
      filled += +(count > 0);
    }
    const right = kept[start + i]!;
    samples += ofClass;
    correct += right;
    filled -= +(right > 0);
    if (ofClass === 0) {
      missing.push(classes[i]!);
      data.fill(Number.NaN, start, end);
      continue;
    }
    for (let k = start; k < end; k++) data[k] = kept[k]! / ofClass;
    data[start + i] = 1;
  }
  return {
    matrix: { rows: n, cols: n, data },
    classes,
    missing,
    samples,
    errors: samples - correct,
    density: n > 1 ? filled / (n * (n - 1)) : 0,
    droppedSamples: n === counts.rows ? 0 : sum(counts.data) - samples,
  };
}

/** Whether these are all of so many classes, in their own order. */
export function isEvery(classes: Uint32Array, count: number): boolean {
  return classes.length === count && classes.every((c, i) => c === i);
}

/** The indices 0 … classes − 1 without those in `dropped`, ascending. */
export function remainingClasses(classes: number, dropped: readonly number[]): Uint32Array {
  const out = new Set(dropped);
  const left = new Uint32Array(classes);
  let n = 0;
  for (let c = 0; c < classes; c++) if (!out.has(c)) left[n++] = c;
  return left.slice(0, n);
}

/** Throws UsageError unless `counts` is square and holds finite numbers of at least 0. */
export function checkCounts(counts: Matrix): void {
  if (counts.rows !== counts.cols)
    throw new UsageError(`A confusion matrix is square; found ${counts.rows}×${counts.cols}.`);
  for (let k = 0; k < counts.data.length; k++) {
    const value = counts.data[k]!;
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new UsageError(
        `A confusion matrix holds counts of at least 0; found ${value} at row ${Math.floor(k / counts.cols)}, column ${k % counts.cols}.`,
      );
  }
}
