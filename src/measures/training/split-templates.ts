import { IncomparableError, UsageError } from '../../base/errors.ts';
import { createRandom } from '../../statistics/random.ts';
import type { Matrix, Matrix32 } from '../../tensor/matrix.ts';

/** Mean penultimate features of each class over some of its samples; a class without one has a row of zeros. */
export interface TemplateSet {
  /** C×D. */
  templates: Matrix32;
  /** Samples behind each row, length C. */
  counts: Uint32Array;
}

/** Class templates over all samples of a split and, where predictions are known, over the right and the wrong ones. */
export interface SplitTemplates {
  all: TemplateSet;
  correct?: TemplateSet;
  wrong?: TemplateSet;
  /** What `correct` and `wrong` are compared with: each class's samples split at random into two parts of those sizes. */
  random?: { correct: TemplateSet; wrong: TemplateSet };
}

/**
 * Class templates from features: their means by class, summed in 64 bits. The cosine similarity matrix of `all` is the
 * TNCSM, which stands in for the NCSM where a network has no classifier.
 * @param features N×D penultimate features, one row a sample
 * @param target class of each sample, in [0, classes)
 * @param prediction what the network took each sample for; without it there is only `all`
 * @param seed of the random split
 * @throws IncomparableError when the lengths differ; UsageError when a target is no class or a feature is not finite.
 */
export function splitTemplates(
  features: Matrix,
  target: ArrayLike<number>,
  classes: number,
  prediction?: ArrayLike<number>,
  seed = 0,
): SplitTemplates {
  const { rows, cols, data } = features;
  if (target.length !== rows || (prediction && prediction.length !== rows))
    throw new IncomparableError(
      `There are features of ${rows} samples, but ${target.length} targets${prediction ? ` and ${prediction.length} predictions` : ''}.`,
    );
  const correctSums = new Float64Array(classes * cols);
  const wrongSums = prediction ? new Float64Array(classes * cols) : undefined;
  const correctCounts = new Uint32Array(classes);
  const wrongCounts = new Uint32Array(classes);
  for (let i = 0; i < rows; i++) {
    const t = target[i]!;
    if (!(t >= 0 && t < classes && Number.isInteger(t)))
      throw new UsageError(`The target of sample ${i} is ${t}; class indices from 0 to ${classes - 1} were expected.`);
    const isWrong = prediction !== undefined && prediction[i] !== t;
    const sums = isWrong ? wrongSums! : correctSums;
    (isWrong ? wrongCounts : correctCounts)[t]!++;
    for (let d = 0; d < cols; d++) {
      const value = data[i * cols + d]!;
      if (!Number.isFinite(value)) throw new UsageError(`The features of sample ${i} hold ${value} at position ${d}.`);
      sums[t * cols + d]! += value;
    }
  }
  if (!wrongSums) return { all: means(correctSums, correctCounts, cols) };
  const allSums = correctSums.map((sum, k) => sum + wrongSums[k]!);
  const allCounts = correctCounts.map((count, c) => count + wrongCounts[c]!);
  const drawn = drawnSums(features, target, correctCounts, seed);
  return {
    all: means(allSums, allCounts, cols),
    correct: means(correctSums, correctCounts, cols),
    wrong: means(wrongSums, wrongCounts, cols),
    random: {
      correct: means(drawn, correctCounts, cols),
      wrong: means(
        allSums.map((sum, k) => sum - drawn[k]!),
        wrongCounts,
        cols,
      ),
    },
  };
}

/** Sums over as many random samples of each class as `counts` says. */
function drawnSums(
  { rows, cols, data }: Matrix,
  target: ArrayLike<number>,
  counts: Uint32Array,
  seed: number,
): Float64Array {
  const sums = new Float64Array(counts.length * cols);
  const left = counts.slice();
  for (const i of createRandom(seed).permutation(rows)) {
    const t = target[i]!;
    if (left[t] === 0) continue;
    left[t]!--;
    for (let d = 0; d < cols; d++) sums[t * cols + d]! += data[i * cols + d]!;
  }
  return sums;
}

function means(sums: Float64Array, counts: Uint32Array, cols: number): TemplateSet {
  const data = new Float32Array(sums.length);
  for (let c = 0; c < counts.length; c++) {
    if (counts[c] === 0) continue;
    for (let d = 0; d < cols; d++) data[c * cols + d] = sums[c * cols + d]! / counts[c]!;
  }
  return { templates: { rows: counts.length, cols, data }, counts };
}

/**
 * Cosine of each sample's features to the template of its class, length N; NaN where either has no direction.
 * @param features N×D
 * @param templates C×D, as `splitTemplates` gives them for all samples
 */
export function templateCosines(features: Matrix, target: ArrayLike<number>, templates: Matrix): Float32Array {
  if (features.cols !== templates.cols)
    throw new IncomparableError(`The features have ${features.cols} values each, the templates ${templates.cols}.`);
  return Float32Array.from({ length: features.rows }, (_, i) => rowCosine(features, i, templates, target[i]!));
}

/** Cosine of row i of `a` and row j of `b`; NaN where either is zero. */
function rowCosine(a: Matrix, i: number, b: Matrix, j: number): number {
  const fromA = i * a.cols;
  const fromB = j * b.cols;
  // Two chains of sums, so that one addition need not wait for the other.
  let products = 0;
  let squaresA = 0;
  let squaresB = 0;
  let products2 = 0;
  let squaresA2 = 0;
  let squaresB2 = 0;
  let d = 0;
  for (; d + 1 < a.cols; d += 2) {
    const x = a.data[fromA + d]!;
    const y = b.data[fromB + d]!;
    const x2 = a.data[fromA + d + 1]!;
    const y2 = b.data[fromB + d + 1]!;
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
    products2 += x2 * y2;
    squaresA2 += x2 * x2;
    squaresB2 += y2 * y2;
  }
  for (; d < a.cols; d++) {
    const x = a.data[fromA + d]!;
    const y = b.data[fromB + d]!;
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  products += products2;
  squaresA += squaresA2;
  squaresB += squaresB2;
  if (squaresA === 0 || squaresB === 0) return Number.NaN;
  return Math.max(-1, Math.min(1, products / Math.sqrt(squaresA * squaresB)));
}
