import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { meanOf } from './concept-similarity.ts';
import {
  type ConceptPrediction,
  type CrossPredictionOptions,
  fitFromSources,
  foldSimilarities,
  type PredictionMap,
  predictionSources,
} from './cross-prediction.ts';

/** The penalties that the method asks to be looked at. */
export const SWEPT_ALPHAS: readonly number[] = [0.01, 0.03, 0.1, 0.3];

/** What a penalty does to one model's concepts; null for a model without concepts. */
export interface SweptModel {
  /** Similarity on the held-out part of each fold, averaged over concepts and folds: from the other model, from its own. */
  cross: number | null;
  self: number | null;
  /** Mean number of features that a concept's prediction from the other model uses. */
  features: number | null;
}

export interface AlphaSweepPoint {
  alpha: number;
  models: [SweptModel | null, SweptModel | null];
}

/**
 * Similarity against the penalty of the lasso, by cross-validation on the fit images, so that the evaluation images have no
 * say in the choice.
 *
 * @param alphas Default {@link SWEPT_ALPHAS}.
 * @throws UsageError without a penalty, or as `fitCrossPrediction`.
 */
export function alphaSweep(
  activations: readonly [Matrix, Matrix],
  coefficients: readonly [Matrix | null, Matrix | null],
  options: Omit<CrossPredictionOptions, 'alpha' | 'regressor'> & { alphas?: readonly number[] } = {},
): AlphaSweepPoint[] {
  const { alphas = SWEPT_ALPHAS, onProgress, ...rest } = options;
  if (alphas.length === 0) throw new UsageError('A sweep needs at least one alpha.');
  const sources = predictionSources(activations, rest);
  return alphas.map((alpha, i) => {
    onProgress?.({ task: 'penalties', done: i, total: alphas.length, unit: 'penalties' });
    const models = fitFromSources(sources, coefficients, { ...rest, alpha }).map(
      (prediction) => prediction && sweptModel(prediction),
    );
    return { alpha, models: models as AlphaSweepPoint['models'] };
  });
}

function sweptModel({ cross, self }: ConceptPrediction): SweptModel {
  return {
    cross: heldOutSimilarity(cross),
    self: heldOutSimilarity(self),
    features: meanOf(cross.folds.flatMap(({ features }) => features)),
  };
}

/** Mean held-out similarity over folds and concepts: the evaluation that needs no images beside the fit images. */
export function heldOutSimilarity(map: PredictionMap): number | null {
  return meanOf(foldSimilarities(map).flat());
}
