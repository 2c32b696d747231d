import { agreements } from '../../../measures/concepts/regress/agreement.ts';
import { agreementBootstrap } from '../../../measures/concepts/regress/agreement-bootstrap.ts';
import type { PredictionMap } from '../../../measures/concepts/regress/cross-prediction.ts';
import type { ConceptEntry } from '../../../study/concepts-section.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';

type Similarity = ConceptEntry['similarity']['cross'];

/** How well each concept's real coefficients agree with the predicted ones, and that in each resample of images. */
export function agreementEntries(
  real: Matrix64,
  predicted: Matrix64,
  map: PredictionMap,
  resampling: { perImage: number; resamples: number; level: number; seed: number },
): { entries: Similarity[]; draws: Matrix64 } {
  const bootstrap = agreementBootstrap(real, predicted, resampling);
  const draws: Matrix64 = {
    rows: real.cols,
    cols: resampling.resamples,
    data: new Float64Array(real.cols * resampling.resamples),
  };
  const entries = agreements(real, predicted).map(({ pearson, spearman, constant }, j) => {
    const { low, high, draws: own } = bootstrap[j]!;
    draws.data.set(own, j * draws.cols);
    return {
      pearson: { value: pearson, low, high },
      spearman,
      folds: map.folds.map((fold) => fold.agreement[j]!.pearson),
      constant,
    };
  });
  return { entries, draws };
}
