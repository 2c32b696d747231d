import type { EpochRecord } from '../../../analyses/training/epoch-record.ts';
import type { ClassRow } from '../../../study/classes-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readStudyTable } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import { findingsOf } from '../findings-report.ts';
import { picturesJson } from '../pictures-report.ts';
import type { CheckpointRanking } from './checkpoint-ranking.ts';
import type { ClassHistory } from './class-history.ts';
import { readRuns } from './training-curves.ts';
import type { RunThreshold } from './training-thresholds.ts';

/** Results that were asked for beside the curves. */
export interface TrainingExtras {
  thresholds?: readonly RunThreshold[];
  atAccuracy?: CheckpointRanking;
  class?: ClassHistory;
}

/** What `semblance training --json` prints: curves, phases and all measures with the counts behind them, in one object. */
export async function trainingJson(
  manifest: StudyManifest,
  store: StudyStore,
  folder: string,
  { thresholds, atAccuracy, class: history }: TrainingExtras,
) {
  const section = manifest.instruments.training!;
  const runs = await readRuns(manifest, store);
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const idOf = (index: number): string => classes[index]!.synset ?? classes[index]!.name;
  return {
    schemaVersion: manifest.schemaVersion,
    findings: await findingsOf(manifest, store, 'training'),
    command: section.command,
    labels: section.labels,
    reference: section.semantic && { id: section.semantic.id, title: section.semantic.title },
    furtherReferences: (section.furtherReferences ?? []).map(({ id, title }) => ({ id, title })),
    q: section.q,
    ties: section.ties,
    runs: await Promise.all(
      runs.map(async ({ run, curves }) => {
        const records = await readStudyTable<EpochRecord>(store, manifest, run.records);
        const { id, name, folder: source, model, dataset, head, phases, learningRateChanges, warnings, missing } = run;
        return {
          ...{ id, name, folder: source, model, dataset, head, curves, phases, learningRateChanges, warnings, missing },
          problems: run.problems,
          skipped: run.skipped,
          measures: records.map(({ key: _, values: __, draws: ___, ...measures }) => measures),
        };
      }),
    ),
    ...(atAccuracy ? { atAccuracy } : {}),
    ...(history ? { class: history } : {}),
    ...(thresholds
      ? {
          thresholds: thresholds.map(({ run, result: { threshold, ...rest } }) => ({
            run,
            threshold: threshold.text,
            ...rest,
          })),
        }
      : {}),
    ...(section.pictures ? { pictures: await picturesJson(section.pictures, idOf, manifest, store) } : {}),
    options: section.options,
    kernelTier: section.kernelTier,
    study: folder,
  };
}
