import {
  type CrossPrediction,
  type CrossPredictionOptions,
  fitCrossPrediction,
} from '../../../measures/concepts/regress/cross-prediction.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ClassInput } from './class-input.ts';
import type { ExtractedConcepts } from './extract-concepts.ts';

/** How coefficients are predicted, with no more folds than there are images. */
export function regressionOptions(
  { regression, alpha, folds }: Pick<PlainOptions, 'regression' | 'alpha' | 'folds'>,
  images: number,
): Pick<CrossPredictionOptions, 'regressor' | 'alpha' | 'folds'> {
  return { regressor: regression, alpha, folds: Math.min(folds, images) };
}

/** The maps from both models' activations to the concepts of each; null for a model without concepts. */
export function fitMaps(
  { activations, perImage, options, signal }: ClassInput,
  owners: readonly [ExtractedConcepts | null, ExtractedConcepts | null],
): CrossPrediction {
  const [first, second] = owners;
  if (!first && !second) return [null, null];
  return fitCrossPrediction(activations.fit, [first?.fit ?? null, second?.fit ?? null], {
    perImage,
    ...regressionOptions(options, activations.fit[0].rows / perImage),
    ...(signal && { signal }),
  });
}
