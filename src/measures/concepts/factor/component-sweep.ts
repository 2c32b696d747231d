import { UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { type FactoriseOptions, factorise } from './factorise.ts';
import { conceptHygiene, type HygieneOptions } from './hygiene.ts';
import { conceptStability, type StabilityOptions } from './stability.ts';

export interface ComponentSweepOptions
  extends Omit<FactoriseOptions, 'nComponents' | 'init' | 'signal'>,
    Pick<StabilityOptions, 'vary' | 'rowsPerImage'>,
    HygieneOptions,
    LongTask {
  /** Numbers of concepts to try, each at most the rank of the activations. */
  components: readonly number[];
  /** Runs of the stability of each; default 5, and 0 leaves it out. */
  runs?: number;
}

export interface ComponentSweepPoint {
  nComponents: number;
  error: number;
  relativeError: number;
  iterations: number;
  converged: boolean;
  /** Mean and least over concepts of their cosine with the matched concepts of other runs; null without runs. */
  stability: { mean: number; least: number } | null;
  dead: number;
  duplicates: number;
}

/**
 * What each number of concepts gives, to choose one by: the error falls with every concept, while stability falls once
 * there are more concepts than the activations hold, and duplicates appear.
 *
 * @throws UsageError as `factorise` and `conceptStability`, and without numbers to try.
 */
export function componentSweep(activations: Matrix, options: ComponentSweepOptions): ComponentSweepPoint[] {
  const { components, runs = 5, signal, onProgress, vary, rowsPerImage, deadShare, duplicateCosine, ...rest } = options;
  if (components.length === 0) throw new UsageError('A sweep needs at least one number of components; found none.');
  const task = signal ? { signal } : {};
  const hygiene: HygieneOptions = {
    ...(deadShare !== undefined && { deadShare }),
    ...(duplicateCosine !== undefined && { duplicateCosine }),
  };
  return components.map((nComponents, i) => {
    signal?.throwIfAborted();
    const found = factorise(activations, { ...rest, ...task, nComponents });
    const stability =
      runs === 0
        ? null
        : conceptStability(activations, found, {
            ...rest,
            ...task,
            runs,
            ...(vary && { vary }),
            ...(rowsPerImage !== undefined && { rowsPerImage }),
          });
    const concepts = conceptHygiene(found.coefficients, found.directions, hygiene);
    onProgress?.({ task: 'numbers of concepts', done: i + 1, total: components.length, unit: 'factorisations' });
    return {
      nComponents,
      error: found.error,
      relativeError: found.relativeError,
      iterations: found.iterations,
      converged: found.converged,
      stability: stability && { mean: stability.mean, least: Math.min(...stability.concepts) },
      dead: concepts.filter(({ dead }) => dead).length,
      duplicates: concepts.filter(({ duplicateOf }) => duplicateOf !== null).length,
    };
  });
}
