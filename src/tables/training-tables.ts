import { UsageError } from '../base/errors.ts';
import type { TrainingCurves } from '../measures/training/curves.ts';
import { BOUNDARIES } from '../measures/training/phases/phase-types.ts';
import type { StudyManifest } from '../study/manifest.ts';
import { readStudyJson } from '../study/read-study.ts';
import { type Cell, type Table, type TableContext, type TableKind, tableOfRecords } from './table.ts';

const lacks: TableKind['lacks'] = ({ instruments: { training } }) =>
  training ? undefined : 'it has no training section';

/** One row for each run and epoch, with the curves whose names pass. */
async function curveTable(
  { manifest, store, epochs }: TableContext,
  wanted: (name: string) => boolean,
): Promise<Table> {
  requireEpochs(manifest, epochs);
  const runs = await Promise.all(
    manifest.instruments.training!.runs.map(async ({ id, curves }) => ({
      id,
      curves: await readStudyJson<TrainingCurves>(store, manifest, curves),
    })),
  );
  const names = [...new Set(runs.flatMap(({ curves }) => Object.keys(curves.values)))].filter(wanted);
  const rows = runs.flatMap(({ id, curves }) =>
    curves.epochs.flatMap((epoch, i): Cell[][] => {
      if (epochs && !epochs.includes(epoch)) return [];
      const values = names.map((name) => curves.values[name]?.[i] ?? null);
      return values.every((value) => value === null) ? [] : [[id, epoch, ...values]];
    }),
  );
  return { columns: ['run', 'epoch', ...names], rows };
}

function requireEpochs({ instruments }: StudyManifest, epochs: readonly number[] | undefined): void {
  const missing = epochs?.find((epoch) => !instruments.training!.runs.some((run) => run.epochs.includes(epoch)));
  if (missing !== undefined) throw new UsageError(`No run has an epoch ${missing}.`);
}

const curves: TableKind = {
  id: 'curves',
  instrument: 'training',
  title: 'All curves, a row for each run and epoch',
  lacks,
  read: (context) => curveTable(context, () => true),
};

const alignments: TableKind = {
  id: 'sai',
  instrument: 'training',
  title: 'Alignments of the matrices by all measures (J.1 of the paper), at all or chosen epochs',
  lacks,
  read: (context) => curveTable(context, (name) => name.startsWith('sai.')),
};

const typicality: TableKind = {
  id: 'typicality',
  instrument: 'training',
  title: 'Typicality of right and wrong samples (H.1 of the paper), at all or chosen epochs',
  lacks,
  read: (context) =>
    curveTable(context, (name) => name.startsWith('typicality.') || /^(errors|trainErrors)$/.test(name)),
};

const phases: TableKind = {
  id: 'phases',
  instrument: 'training',
  title: 'Phases of every curve: boundaries, intervals, evidence',
  lacks,
  async read({ manifest, epochs }) {
    if (epochs) throw new UsageError('The table phases has no epochs to choose: its rows are boundaries.');
    const rows = manifest.instruments.training!.runs.flatMap((run) =>
      Object.entries(run.phases).flatMap(([curve, found]) =>
        BOUNDARIES.flatMap((name): Cell[][] => {
          const boundary = found[name];
          if (!boundary) return [];
          const isFound = boundary.status === 'found';
          return [
            [
              ...[run.id, curve, found.shape, name, boundary.status],
              ...[isFound ? boundary.epoch : null, isFound ? (boundary.interval?.low ?? null) : null],
              ...[isFound ? (boundary.interval?.high ?? null) : null, isFound ? boundary.evidence : boundary.reason],
            ],
          ];
        }),
      ),
    );
    return { columns: ['run', 'curve', 'course', 'boundary', 'status', 'epoch', 'low', 'high', 'evidence'], rows };
  },
};

const warnings: TableKind = {
  id: 'warnings',
  instrument: 'training',
  title: 'Early warnings of every run',
  lacks,
  async read({ manifest, epochs }) {
    requireEpochs(manifest, epochs);
    const all = manifest.instruments.training!.runs.flatMap((run) =>
      run.warnings.map((warning) => ({ run: run.id, ...warning })),
    );
    const chosen = epochs ? all.filter(({ epoch }) => epochs.includes(epoch)) : all;
    return tableOfRecords(chosen, ['run', 'kind', 'epoch', 'message']);
  },
};

export const trainingTables: readonly TableKind[] = [curves, alignments, typicality, phases, warnings];
