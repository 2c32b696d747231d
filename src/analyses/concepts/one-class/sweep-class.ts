import { UsageError } from '../../../base/errors.ts';
import { alphaSweep, heldOutSimilarity, SWEPT_ALPHAS } from '../../../measures/concepts/regress/alpha-sweep.ts';
import type { ClassInput } from './class-input.ts';
import type { ClassSweeps } from './class-record.ts';
import { type ExtractedConcepts, extractConcepts } from './extract-concepts.ts';
import { fitMaps, regressionOptions } from './regression-options.ts';
import { stabilityOf } from './stability.ts';

/** Numbers of concepts that a sweep tries. */
const SWEPT_COMPONENTS = [5, 10, 15, 20];

type Pair<T> = [T | null, T | null];

/**
 * Similarity, error and stability of one class with other numbers of concepts, and similarity with other penalties. All by
 * cross-validation on the fit images, so that the evaluation images have no say in the choice. A number of concepts that a
 * model's activations cannot give has no figures for it.
 */
export function sweepClass(input: ClassInput, owners: Pair<ExtractedConcepts>, seed: number): ClassSweeps {
  const { activations, perImage, options } = input;
  const { folds } = regressionOptions(options, activations.fit[0].rows / perImage);
  const none = { cross: null, self: null, features: null };
  return {
    components: SWEPT_COMPONENTS.map((nComponents) => {
      const changed = { ...input, options: { ...options, nComponents } };
      const found = ([0, 1] as const).map((m) => extractIfPossible(changed, m, seed)) as Pair<ExtractedConcepts>;
      const maps = fitMaps(changed, found);
      return {
        nComponents,
        models: found.map((own, m) => ({
          cross: maps[m] ? heldOutSimilarity(maps[m].cross) : null,
          self: maps[m] ? heldOutSimilarity(maps[m].self) : null,
          relativeError: own?.relativeError ?? null,
          stability: own && meanStability(own, changed, m as 0 | 1, seed),
        })),
      };
    }),
    alpha: owners.some((own) => own)
      ? alphaSweep(activations.fit, [owners[0]?.fit ?? null, owners[1]?.fit ?? null], {
          perImage,
          ...(folds !== undefined && { folds }),
          alphas: SWEPT_ALPHAS,
        }).map(({ alpha, models }) => ({ alpha, models: models.map((model) => model ?? none) }))
      : [],
  };
}

function extractIfPossible(input: ClassInput, m: 0 | 1, seed: number): ExtractedConcepts | null {
  try {
    return extractConcepts(input, m, seed, []);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function meanStability(own: ExtractedConcepts, input: ClassInput, m: 0 | 1, seed: number): number | null {
  const { stability } = stabilityOf(own, input, m, seed);
  return stability && stability.reduce((sum, value) => sum + value, 0) / stability.length;
}
