import { conceptHygiene } from '../../../measures/concepts/factor/hygiene.ts';
import { conceptStability } from '../../../measures/concepts/factor/stability.ts';
import type { ClassInput } from './class-input.ts';
import type { ExtractedConcepts } from './extract-concepts.ts';

/** Stability over random starts, where it was asked for, and concepts that nothing shows or that repeat an earlier one. */
export function stabilityOf(
  own: ExtractedConcepts,
  { models, options, signal }: ClassInput,
  m: 0 | 1,
  seed: number,
): { stability: Float64Array | null; dead: boolean[]; duplicateOf: (number | null)[] } {
  const hygiene = conceptHygiene(own.fit, own.directions);
  const stability =
    options.stabilitySeeds === 0
      ? null
      : conceptStability(
          own.extraction.activations,
          { method: models[m].method, directions: own.directions },
          { runs: options.stabilitySeeds, seed, ...(signal && { signal }) },
        );
  return {
    stability: stability?.concepts ?? null,
    dead: hygiene.map(({ dead }) => dead),
    duplicateOf: hygiene.map(({ duplicateOf }) => duplicateOf),
  };
}
