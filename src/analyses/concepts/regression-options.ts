import type { CrossPredictionOptions } from '../../concepts/cross-prediction.ts';
import type { PlainOptions } from './options.ts';

/** How coefficients are predicted, with no more folds than there are images. */
export function regressionOptions(
  { regression, alpha, folds }: Pick<PlainOptions, 'regression' | 'alpha' | 'folds'>,
  images: number,
): Pick<CrossPredictionOptions, 'regressor' | 'alpha' | 'folds'> {
  return { regressor: regression, alpha, folds: Math.min(folds, images) };
}
