import { UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { type Agreement, agreement, column } from './agreement.ts';
import { type CrossProducts, type FeatureGram, featureGram } from './feature-gram.ts';
import { foldRanges, type Range } from './folds.ts';
import { requirePenalty } from './lasso.ts';
import { lassoDescent } from './lasso-descent.ts';
import { squaresWeights } from './least-squares.ts';
import { type LinearFit, linearFit, predictLinear } from './linear-fit.ts';
import { regressionProblem } from './training-rows.ts';

export type Regressor = 'lasso' | 'least-squares' | 'ridge';

export interface RegressionOptions extends KernelOptions {
  /** Default "lasso". */
  regressor?: Regressor;
  /** Penalty of lasso (default 0.1) or ridge (default 1). */
  alpha?: number;
  /** Largest duality gap of the lasso, as a share of ‖y‖²/n; default 1e-8. */
  tol?: number;
  /** Sweeps of the lasso for each target; default 50,000. */
  maxIter?: number;
  signal?: AbortSignal;
}

export interface CrossPredictionOptions extends RegressionOptions, LongTask {
  /** Rows (patches) of each image, which stay together; default 1. */
  perImage?: number;
  /** Folds over images; default 5, or as many as there are images. */
  folds?: number;
}

/** The map of one fold, fitted without its held-out images. */
export interface FoldMap extends LinearFit {
  heldOut: Range;
  /** On the held-out rows, one a concept. */
  agreement: Agreement[];
  /** Share of the variance of the held-out rows that is explained; null for a concept that is constant there. */
  r2: (number | null)[];
  /** Features with a weight, one count a concept. */
  features: number[];
  /** False where the lasso stopped short of its tolerance. */
  converged: boolean;
}

/** How concepts are predicted from activations. */
export interface PredictionMap extends LinearFit {
  /** The map itself is the mean of these: averaging linear maps averages their predictions. */
  folds: FoldMap[];
}

/** Predictions of one model's concepts: from the other model's activations, and from its own, the ceiling. */
export interface ConceptPrediction {
  cross: PredictionMap;
  self: PredictionMap;
}

/** By model, 0 and 1; null for a model without concepts. */
export type CrossPrediction = [ConceptPrediction | null, ConceptPrediction | null];

/**
 * Fits the four maps of RSVC (Kondapaneni et al. 2025): each model's concept coefficients from each model's activations, on
 * the same patches. Features and targets are z-scored over the training rows of each fold (population deviation + 1e-8),
 * each target is fitted on its own, with an intercept. Folds are contiguous blocks of images, so give images in random order.
 *
 * @param activations Rows × channels of each model; row i of both is the same patch.
 * @param coefficients Rows × concepts of each model; null for one without.
 * @throws UsageError when rows do not match, or there are too few images.
 */
export function fitCrossPrediction(
  activations: readonly [Matrix, Matrix],
  coefficients: readonly [Matrix | null, Matrix | null],
  options: CrossPredictionOptions = {},
): CrossPrediction {
  return fitFromSources(predictionSources(activations, options), coefficients, options);
}

/** Both models' activations, prepared for {@link fitFromSources}: products of features serve any number of fits. */
export function predictionSources(
  activations: readonly [Matrix, Matrix],
  options: CrossPredictionOptions = {},
): [PredictionSource, PredictionSource] {
  const [first, second] = activations;
  if (first.rows !== second.rows)
    throw new UsageError(`Both models' activations need equally many rows; found ${first.rows} and ${second.rows}.`);
  const blocks = imageBlocks(first.rows, options);
  return [predictionSource(first, blocks, options), predictionSource(second, blocks, options)];
}

/** {@link fitCrossPrediction} on prepared activations, for several penalties or coefficients. */
export function fitFromSources(
  sources: readonly [PredictionSource, PredictionSource],
  coefficients: readonly [Matrix | null, Matrix | null],
  options: CrossPredictionOptions = {},
): CrossPrediction {
  const owners = [0, 1].filter((model) => coefficients[model]);
  // Both models' concepts share the products of a source's features, so they are fitted side by side.
  const fitted = sources.map((source, s) => {
    options.onProgress?.({ task: 'cross-prediction', done: s, total: 2, unit: 'models' });
    const joined = fitPredictionMap(source, joinColumns(owners.map((model) => coefficients[model]!)), options);
    let from = 0;
    return owners.map((model) => {
      const to = from + coefficients[model]!.cols;
      const part = partOfMap(joined, from, to);
      from = to;
      return part;
    });
  });
  options.onProgress?.({ task: 'cross-prediction', done: 2, total: 2, unit: 'models' });
  const result: CrossPrediction = [null, null];
  owners.forEach((model, k) => {
    result[model] = { cross: fitted[1 - model]![k]!, self: fitted[model]![k]! };
  });
  return result;
}

/** Activations that maps are fitted on, with products of features that all fits share. */
export interface PredictionSource {
  activations: Matrix;
  blocks: Range[];
  gram: FeatureGram;
}

/** Prepares activations for {@link fitPredictionMap}; the blocks are those that are held out in turn. */
export function predictionSource(activations: Matrix, blocks: Range[], options: KernelOptions = {}): PredictionSource {
  return { activations, blocks, gram: featureGram(activations, blocks, options) };
}

/** Blocks of rows to hold out, each the rows of whole images. */
export function imageBlocks(rows: number, { perImage = 1, folds }: CrossPredictionOptions): Range[] {
  if (!(Number.isInteger(perImage) && perImage > 0) || rows % perImage !== 0)
    throw new UsageError(`${rows} rows are not ${perImage} for each image.`);
  const images = rows / perImage;
  if (images < 2)
    throw new UsageError(`Concepts cannot be predicted from ${images} image; at least 2 are needed.`, {
      hint: 'Give more images of this class.',
    });
  return foldRanges(images, folds ?? Math.min(5, images)).map(({ from, to }) => ({
    from: from * perImage,
    to: to * perImage,
  }));
}

/**
 * The map of activations to coefficients (rows × concepts), one fit for each held-out block, and their mean.
 *
 * @throws UsageError when the numbers of rows differ or an option is out of range.
 */
export function fitPredictionMap(
  source: PredictionSource,
  coefficients: Matrix,
  options: RegressionOptions = {},
): PredictionMap {
  const cross = source.gram.crossProducts(coefficients);
  const folds = source.blocks.map((_, f) => {
    options.signal?.throwIfAborted();
    return fitFold(source, coefficients, cross, f, options);
  });
  return { ...meanFit(folds), folds };
}

/** The concepts' coefficients that a map predicts from activations, rows × concepts. They may be negative. */
export function predictCoefficients(map: LinearFit, activations: Matrix): Matrix64 {
  return predictLinear(map, activations);
}

/** Held-out similarity of each concept in each fold, concepts × folds: how much it depends on the images of the fit. */
export function foldSimilarities({ folds }: PredictionMap): (number | null)[][] {
  const concepts = folds[0]?.agreement.length ?? 0;
  return Array.from({ length: concepts }, (_, j) => folds.map(({ agreement }) => agreement[j]!.pearson));
}

function fitFold(
  { activations, blocks, gram }: PredictionSource,
  coefficients: Matrix,
  cross: CrossProducts,
  fold: number,
  options: RegressionOptions,
): FoldMap {
  const { regressor = 'lasso', tol = 1e-8, maxIter = 50_000, signal } = options;
  const problem = regressionProblem(gram, cross, { heldOut: fold });
  const { targets, features } = problem;
  let weights: Matrix64;
  let converged = true;
  if (regressor === 'lasso') {
    const { alpha = 0.1 } = options;
    requirePenalty(alpha);
    const solution = lassoDescent(problem, { alpha, tol, maxIter, signal });
    weights = { rows: targets, cols: features, data: solution.weights };
    converged = solution.converged;
  } else {
    const { alpha = 1 } = options;
    if (regressor === 'ridge') requirePenalty(alpha);
    weights = squaresWeights(problem, regressor === 'ridge' ? alpha : 0);
  }
  const fit = linearFit(weights, problem);
  const heldOut = blocks[fold]!;
  const predicted = predictLinear(fit, rowRange(activations, heldOut));
  const real = rowRange(coefficients, heldOut);
  const pairs = Array.from({ length: targets }, (_, t) => [column(real, t), column(predicted, t)] as const);
  return {
    ...fit,
    heldOut,
    agreement: pairs.map(([a, b]) => agreement(a, b)),
    r2: pairs.map(([a, b]) => explainedShare(a, b)),
    features: Array.from({ length: targets }, (_, t) => {
      const own = weights.data.subarray(t * features, (t + 1) * features);
      return own.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
    }),
    converged,
  };
}

/** 1 − residual over total sum of squares, scikit-learn's R². */
function explainedShare(real: Float64Array, predicted: Float64Array): number | null {
  const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
  let total = 0;
  let rest = 0;
  for (let i = 0; i < real.length; i++) {
    total += (real[i]! - mean) ** 2;
    rest += (real[i]! - predicted[i]!) ** 2;
  }
  return total > 0 ? 1 - rest / total : null;
}

function meanFit(fits: readonly LinearFit[]): LinearFit {
  const [first] = fits as [LinearFit, ...LinearFit[]];
  const mean = (values: (fit: LinearFit) => Float64Array): Float64Array =>
    values(first).map((_, i) => fits.reduce((sum, fit) => sum + values(fit)[i]!, 0) / fits.length);
  return {
    weights: { ...first.weights, data: mean((fit) => fit.weights.data) },
    intercepts: mean((fit) => fit.intercepts),
  };
}

function partOfMap(map: PredictionMap, from: number, to: number): PredictionMap {
  const part = <F extends LinearFit>(fit: F): F => ({
    ...fit,
    weights: {
      ...fit.weights,
      rows: to - from,
      data: fit.weights.data.slice(from * fit.weights.cols, to * fit.weights.cols),
    },
    intercepts: fit.intercepts.slice(from, to),
  });
  return {
    ...part(map),
    folds: map.folds.map((fold) => ({
      ...part(fold),
      agreement: fold.agreement.slice(from, to),
      r2: fold.r2.slice(from, to),
      features: fold.features.slice(from, to),
    })),
  };
}

function rowRange(matrix: Matrix, { from, to }: Range): Matrix {
  return { ...matrix, rows: to - from, data: matrix.data.subarray(from * matrix.cols, to * matrix.cols) };
}

function joinColumns(matrices: readonly Matrix[]): Matrix64 {
  const rows = matrices[0]?.rows ?? 0;
  if (matrices.some((matrix) => matrix.rows !== rows))
    throw new UsageError(
      `Both models' coefficients need equally many rows; found ${matrices.map((m) => m.rows).join(' and ')}.`,
    );
  const cols = matrices.reduce((sum, matrix) => sum + matrix.cols, 0);
  const data = new Float64Array(rows * cols);
  let from = 0;
  for (const matrix of matrices) {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < matrix.cols; j++) data[i * cols + from + j] = matrix.data[i * matrix.cols + j]!;
    from += matrix.cols;
  }
  return { rows, cols, data };
}
