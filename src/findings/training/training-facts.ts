import type { TrainingCurves } from '../../measures/training/curves.ts';
import { shortModelNames } from '../../study/names/short-model-names.ts';
import type { TrainingRunEntry, TrainingSection } from '../../study/training-section.ts';
import type { StudyReader } from '../study-reader.ts';

/** A run, by its short name, with its curves. */
export interface RunFacts {
  run: TrainingRunEntry;
  curves: TrainingCurves;
}

/** What the rules of the training instrument look at. */
export interface TrainingFacts {
  section: TrainingSection;
  /** Runs with at least one epoch, in the study's order. */
  runs: readonly RunFacts[];
  /** Epochs that all runs have, ascending. */
  shared: readonly number[];
}

export async function readTrainingFacts(section: TrainingSection, reader: StudyReader): Promise<TrainingFacts> {
  const short = shortModelNames(section.runs.map(({ name }) => name));
  const all = await Promise.all(
    section.runs.map(async (run, i) => ({
      run: { ...run, name: short[i]! },
      curves: await reader.json<TrainingCurves>(run.curves),
    })),
  );
  const runs = all.filter(({ curves }) => curves.epochs.length > 0);
  const shared = (runs[0]?.curves.epochs ?? []).filter((epoch) =>
    runs.every(({ curves }) => curves.epochs.includes(epoch)),
  );
  return { section, runs, shared };
}

/** The value of a curve at an epoch; null where it has none. */
export function valueAt({ curves }: RunFacts, curve: string, epoch: number): number | null {
  return curves.values[curve]?.[curves.epochs.indexOf(epoch)] ?? null;
}

/** The last value of a curve with its epoch; undefined where it has none. */
export function lastOf({ curves }: RunFacts, curve: string): { epoch: number; value: number } | undefined {
  const values = curves.values[curve] ?? [];
  const at = values.findLastIndex((value) => value !== null);
  return at < 0 ? undefined : { epoch: curves.epochs[at]!, value: values[at]! };
}

/** The first of some epochs from which a condition holds to the last of them; undefined where it does not hold there. */
export function heldFrom(epochs: readonly number[], holds: (epoch: number) => boolean): number | undefined {
  let from: number | undefined;
  for (let i = epochs.length - 1; i >= 0 && holds(epochs[i]!); i--) from = epochs[i];
  return from;
}
