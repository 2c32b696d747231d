import { UsageError } from '../../../base/errors.ts';
import { factorise } from '../../../measures/concepts/factor/factorise.ts';
import { conceptCorrelations, layerPairSimilarity } from '../../../measures/concepts/regress/concept-similarity.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import { rowsOfImages } from '../sources/activation-file.ts';
import type { ClassInput } from './class-input.ts';
import type { LayerCell } from './class-record.ts';
import { coefficientsOf } from './extract-concepts.ts';

/**
 * Largest correlations of concepts between all layers of both models, on the fit images; null where no map was asked for. A
 * layer whose activations cannot be factorised (too low a rank) has no cells, and with the cell sampler neither has a pair of
 * layers whose maps differ in size.
 */
export function layerMapOfClass(
  { activations, extraction, perImage, models, options }: ClassInput,
  seed: number,
): LayerCell[][] | null {
  const { layers } = activations;
  if (!layers) return null;
  const images = activations.fit[0].rows / perImage;
  const coefficients = layers.map((own, m) =>
    own.map((rows): Matrix64 | null => {
      const some = rowsOfImages(rows, extraction[m]!, rows.rows / images);
      if (some.rows < options.nComponents || rows.cols < options.nComponents) return null;
      const signed = some.data.some((value) => value < 0);
      const method = signed && models[m]!.method === 'nmf' ? 'semi-nmf' : models[m]!.method;
      try {
        return coefficientsOf(rows, factorise(some, { method, nComponents: options.nComponents, seed }).directions);
      } catch (error) {
        if (error instanceof UsageError) return null;
        throw error;
      }
    }),
  );
  return coefficients[0]!.map((a) =>
    coefficients[1]!.map((b) =>
      a && b && a.rows === b.rows
        ? layerPairSimilarity(conceptCorrelations(a, b))
        : { both: null, first: null, second: null, mean: null, max: null },
    ),
  );
}
