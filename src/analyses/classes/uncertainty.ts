import type { LongTask } from '../../base/progress.ts';
import {
  ALIGNMENT_MEASURES,
  type AlignmentMeasure,
  eachMeasure,
} from '../../measures/class-similarity/alignment-measures/alignment-measures.ts';
import { alignmentInterval, bootstrapAlignment, pairedDifference } from '../../measures/class-similarity/bootstrap.ts';
import { mantelTest } from '../../measures/class-similarity/mantel.ts';
import type { AlignmentDifference } from '../../study/classes-section.ts';
import type { MeasuredModel, PreparedReference } from './measured-model.ts';

const LEVEL = 0.95;

export interface UncertaintyOptions {
  /** Resamples of the class bootstrap; 0 leaves intervals out. */
  bootstrap: number;
  /** Permutations of the Mantel test; 0 leaves p-values out. */
  mantel: number;
  seed: number;
}

/**
 * Adds to each alignment its 95 % bootstrap interval over classes and its Mantel p-value, and returns the paired
 * differences of all models. All models see the same resamples, so that differences are tighter than the intervals.
 */
export function addUncertainty(
  models: readonly MeasuredModel[],
  references: readonly PreparedReference[],
  { bootstrap, mantel, seed }: UncertaintyOptions,
  task: LongTask = {},
): AlignmentDifference[] {
  const differences: AlignmentDifference[] = [];
  for (const reference of references) {
    if (mantel > 0)
      for (const model of models) {
        const options = { permutations: mantel, seed, ...task };
        model.alignment[reference.id]!.mantel = mantelTest(model.prepared, reference.prepared, options);
      }
    if (bootstrap > 0) differences.push(...addIntervals(models, reference, bootstrap, seed, task));
  }
  return differences;
}

function addIntervals(
  models: readonly MeasuredModel[],
  reference: PreparedReference,
  resamples: number,
  seed: number,
  task: LongTask,
): AlignmentDifference[] {
  const prepared = models.map((model) => model.prepared);
  const result = bootstrapAlignment(prepared, reference.prepared, { resamples, seed, ...task });
  models.forEach((model, m) => {
    const interval = (measure: AlignmentMeasure) => alignmentInterval(result.models[m]![measure], LEVEL);
    model.alignment[reference.id]!.interval = {
      level: LEVEL,
      resamples,
      seed,
      classes: result.classes,
      ...eachMeasure(interval),
    };
  });
  return models.flatMap((a, i) =>
    models.slice(i + 1).flatMap((b, k) =>
      ALIGNMENT_MEASURES.flatMap((measure) => {
        const found = pairedDifference(result.models[i]![measure], result.models[i + 1 + k]![measure], LEVEL);
        return found ? [{ reference: reference.id, measure, a: a.id, b: b.id, ...found }] : [];
      }),
    ),
  );
}
