import { agreements } from '../../concepts/agreement.ts';
import { meanOf } from '../../concepts/concept-similarity.ts';
import { fitCrossPrediction, predictCoefficients } from '../../concepts/cross-prediction.ts';
import type { ClassSweeps } from './class-record.ts';
import { type ExtractedConcepts, extractConcepts } from './extract-concepts.ts';
import type { ClassInput } from './measure-class.ts';
import type { PlainOptions } from './options.ts';
import { regressionOptions } from './regression-options.ts';
import { meanStability } from './stability.ts';

/** Mean similarity, error and stability of one class with other numbers of concepts and other penalties. */
export function sweepClass(input: ClassInput, seed: number): ClassSweeps {
  const { components, alpha } = input.options.sweep!;
  const channels = Math.min(...input.activations.fit.map(({ cols }) => cols));
  return {
    components: components
      .filter((k) => k <= channels)
      .map((nComponents) => {
        const { owners, found } = compare(input, seed, { ...input.options, nComponents });
        return {
          nComponents,
          models: found.map(({ cross, self }, m) => ({
            cross,
            self,
            relativeError: owners[m]?.relativeError ?? null,
            stability: owners[m] ? meanStability(owners[m], input, m as 0 | 1, seed) : null,
          })),
        };
      }),
    alpha: alpha.map((penalty) => ({ alpha: penalty, models: compare(input, seed, { ...input.options, alpha: penalty }).found })),
  };
}

function compare(input: ClassInput, seed: number, options: PlainOptions) {
  const { activations, perImage } = input;
  const changed = { ...input, options };
  const owners = ([0, 1] as const).map((m) => extractConcepts(changed, m, seed, [])) as (ExtractedConcepts | null)[];
  const prediction = fitCrossPrediction(activations.fit, [owners[0]?.fit ?? null, owners[1]?.fit ?? null], {
    perImage,
    ...regressionOptions(options, activations.fit[0].rows / perImage),
  });
  const found = owners.map((own, m) => {
    const maps = prediction[m];
    if (!own || !maps) return { cross: null, self: null, features: null };
    const similarity = (map: typeof maps.cross, from: number): number | null =>
      meanOf(agreements(own.evaluation, predictCoefficients(map, activations.evaluation[from]!)).map(({ pearson }) => pearson));
    return {
      cross: similarity(maps.cross, 1 - m),
      self: similarity(maps.self, m),
      features: meanOf(maps.cross.folds.flatMap(({ features }) => features)),
    };
  });
  return { owners, found };
}
