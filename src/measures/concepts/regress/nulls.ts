import { UsageError } from '../../../base/errors.ts';
import { quantile } from '../../../statistics/quantile.ts';
import { createRandom } from '../../../statistics/random.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { agreement, agreements, column, isConstant, requireSameShape } from './agreement.ts';
import { imageCount } from './agreement-bootstrap.ts';
import {
  type CrossPredictionOptions,
  fitPredictionMap,
  imageBlocks,
  predictCoefficients,
  predictionSource,
} from './cross-prediction.ts';

/** What a similarity would be by chance. */
export interface ShuffledNull {
  mean: number;
  /** 95 of 100 shuffles lie below. */
  q95: number;
  /** (1 + shuffles at least as high) / (1 + shuffles): how often chance alone gives such a similarity. */
  p: number;
  permutations: number;
}

export interface ShuffledPairsOptions {
  /** Default 999. */
  permutations?: number;
  /** Patches of each image; default 1. */
  perImage?: number;
  /** Default 0. */
  seed?: number;
}

/** Similarities that differ by rounding alone count as equal. */
const TOLERANCE = 1e-12;

/**
 * The shuffled-pairs null of each concept's similarity: the images of the other model's predictions are permuted, patches
 * keeping their place within the image, and correlated with the real coefficients again. The map is linear and fitted on
 * other images, so shuffling its predictions is shuffling the activations it reads, and under the null hypothesis (which
 * image a prediction is of does not matter) every order of the images is equally likely: the p-value is exact and nothing
 * needs refitting. What similarity mere position in the picture gives stays in the null, where it belongs. Null for a
 * concept that is constant; a constant prediction has similarity 0 in every order.
 *
 * @param real Patches × concepts of evaluation images, and `predicted` alike.
 * @throws UsageError when sizes do not fit, or for fewer than one permutation.
 */
export function shuffledPairsNull(
  real: Matrix,
  predicted: Matrix,
  options: ShuffledPairsOptions = {},
): (ShuffledNull | null)[] {
  const { permutations = 999, perImage = 1, seed = 0 } = options;
  if (!(Number.isInteger(permutations) && permutations > 0))
    throw new UsageError(`permutations is ${permutations}; it must be a whole number of at least 1.`);
  requireSameShape(real, predicted);
  const images = imageCount(real.rows, perImage);
  const random = createRandom(seed);
  const orders = Array.from({ length: permutations }, () => random.permutation(images));
  return Array.from({ length: real.cols }, (_, j) => {
    const [x, y] = [column(real, j), column(predicted, j)];
    if (isConstant(x)) return null;
    const observed = agreement(x, y).pearson!;
    const [a, b] = [scores(x), scores(y)];
    const draws = Float64Array.from(orders, (order) => {
      let sum = 0;
      for (let i = 0; i < images; i++) {
        const from = order[i]! * perImage;
        const to = i * perImage;
        for (let p = 0; p < perImage; p++) sum += a[to + p]! * b[from + p]!;
      }
      return sum;
    });
    return nullOf(observed, draws);
  });
}

export interface RefittedNullInput {
  /** Rows × channels of the model that predicts, on the fit images, and rows × concepts of the one that is predicted. */
  activations: Matrix;
  coefficients: Matrix;
  /** The same on evaluation images. */
  evaluationActivations: Matrix;
  evaluationCoefficients: Matrix;
}

export interface RefittedNullOptions extends CrossPredictionOptions {
  /** Shuffles, each of which is fitted anew; default 5. */
  refits?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * The null of the whole chain: the fit images' coefficients are permuted over images before the maps are fitted, which then
 * predict the evaluation images as they are. Shows what the regression finds in unrelated data; products of features are
 * shared by all refits. One value for each refit and concept (refits × concepts), NaN for a concept that is constant.
 *
 * @throws UsageError when sizes do not fit or an option is out of range.
 */
export function refittedNull(input: RefittedNullInput, options: RefittedNullOptions = {}): Matrix64 {
  const { refits = 5, perImage = 1, seed = 0 } = options;
  if (!(Number.isInteger(refits) && refits > 0))
    throw new UsageError(`refits is ${refits}; it must be a whole number of at least 1.`);
  const { activations, coefficients } = input;
  const source = predictionSource(activations, imageBlocks(activations.rows, options), options);
  const random = createRandom(seed);
  const images = imageCount(coefficients.rows, perImage);
  const values: Matrix64 = {
    rows: refits,
    cols: coefficients.cols,
    data: new Float64Array(refits * coefficients.cols),
  };
  for (let r = 0; r < refits; r++) {
    options.onProgress?.({ task: 'shuffled fits', done: r, total: refits, unit: 'fits' });
    const shuffled = permuteImages(coefficients, random.permutation(images), perImage);
    const predicted = predictCoefficients(fitPredictionMap(source, shuffled, options), input.evaluationActivations);
    agreements(input.evaluationCoefficients, predicted).forEach(({ pearson }, j) => {
      values.data[r * coefficients.cols + j] = pearson ?? Number.NaN;
    });
  }
  return values;
}

function nullOf(observed: number, draws: Float64Array): ShuffledNull {
  const extreme = draws.reduce((count, draw) => count + (draw >= observed - TOLERANCE ? 1 : 0), 0);
  return {
    mean: draws.reduce((sum, draw) => sum + draw, 0) / draws.length,
    q95: quantile(draws, 0.95),
    p: (1 + extreme) / (1 + draws.length),
    permutations: draws.length,
  };
}

/** Values less their mean over the root of their sum of squares, so that products add up to a correlation; 0 if constant. */
function scores(values: Float64Array): Float64Array {
  if (isConstant(values)) return new Float64Array(values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const norm = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return values.map((value) => (value - mean) / norm);
}

function permuteImages(matrix: Matrix, order: Uint32Array, perImage: number): Matrix64 {
  const size = perImage * matrix.cols;
  const data = new Float64Array(matrix.data.length);
  order.forEach((from, to) => {
    for (let k = 0; k < size; k++) data[to * size + k] = matrix.data[from * size + k]!;
  });
  return { rows: matrix.rows, cols: matrix.cols, data };
}
