import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../formats/npy/write-npy.ts';
import { collectCurves, type TrainingCurves } from '../../measures/training/curves.ts';
import { earlyWarnings } from '../../measures/training/early-warnings/early-warnings.ts';
import { learningRateChanges } from '../../measures/training/learning-rate.ts';
import { neighbourDiscoveries } from '../../measures/training/neighbour-history.ts';
import type { EpochMatrices, TrainingRunEntry } from '../../study/training-section.ts';
import { encodeJson } from '../classes/section-content.ts';
import type { MeasuredRun } from './measure-run.ts';
import { runPhases } from './run-phases.ts';
import type { ScannedRun } from './scan-run.ts';

/** One run with everything that was found out about it. */
export interface StudiedRun {
  id: string;
  name: string;
  folder: string;
  scanned: ScannedRun;
  measured: MeasuredRun;
  curves: TrainingCurves;
  /** Where an earlier study has the arrays of epochs that were reused. */
  earlierMatrices: ReadonlyMap<number, EpochMatrices>;
}

const ARRAY_KINDS = ['ncsm', 'ccsm', 'ccsm_train', 'tncsm_test', 'tncsm_train', 'mistakes', 'perClass'] as const;

/** What was measured and what the training itself logged, by epoch; a measured value counts before a logged one. */
export function runCurves(scanned: ScannedRun, measured: MeasuredRun): TrainingCurves {
  const values = new Map<number, Record<string, number | null>>();
  for (const { epoch, values: logged } of scanned.log) values.set(epoch, logged);
  for (const { record } of measured.epochs) values.set(record.epoch, { ...values.get(record.epoch), ...record.values });
  return collectCurves([...values].map(([epoch, points]) => ({ epoch, values: points })));
}

/** The files of a run within the section, those that stay, and its entry in the manifest. */
export function runSection(
  run: StudiedRun,
  others: readonly TrainingCurves[],
  keepsArrays: (epoch: number) => boolean,
  sampleTiles?: Int32Array,
) {
  const { id, scanned, measured, curves, earlierMatrices } = run;
  const base = `runs/${id}`;
  const files = new Map<string, Uint8Array>();
  const keep: string[] = [];
  files.set(`${base}/curves.json`, encodeJson(curves));
  files.set(`${base}/epochs.jsonl`, encodeJsonl(measured.epochs.map(({ record }) => record)));
  const samples = Object.entries(scanned.samples ?? {}).flatMap(([split, paths]) =>
    paths.flatMap((path, index) => (path === undefined ? [] : [{ split, index, path }])),
  );
  if (samples.length > 0) files.set(`${base}/samples.jsonl`, encodeJsonl(samples));

  if (sampleTiles) files.set(`${base}/sample-pictures.npy`, encodeNpy(sampleTiles, [sampleTiles.length, 1]));

  const epochs = measured.epochs.map(({ record }) => record.epoch);
  const lists = measured.epochs.map(({ neighbours }) => neighbours);
  const complete = lists.every((list) => list !== undefined) ? lists : undefined;
  if (complete && complete.length > 0) {
    const { classes, k } = complete[0]!;
    const all = new Int32Array(complete.length * classes * k);
    complete.forEach((list, e) => {
      all.set(list.indices, e * classes * k);
    });
    files.set(`${base}/neighbours.npy`, encodeNpy(all, [complete.length * classes, k]));
    files.set(`${base}/discoveries.jsonl`, encodeJsonl(neighbourDiscoveries(epochs, complete)));
  }
  for (const { record, arrays } of measured.epochs) {
    if (!keepsArrays(record.epoch)) continue;
    if (arrays)
      for (const [kind, bytes] of Object.entries(arrays)) files.set(arrayPath(base, kind, record.epoch), bytes);
    else
      keep.push(...Object.values(earlierMatrices.get(record.epoch) ?? {}).filter((path) => typeof path === 'string'));
  }

  const phases = runPhases(curves, measured);
  const describe = (locate: (path: string) => string): TrainingRunEntry => {
    const place = (path: string) => (files.has(path) ? locate(path) : null);
    return {
      id,
      name: run.name,
      folder: run.folder,
      model: scanned.info.model ?? null,
      dataset: scanned.info.dataset ?? null,
      head: measured.epochs.find(({ record }) => record.headTensor !== null)?.record.headTensor ?? null,
      epochs,
      curves: locate(`${base}/curves.json`),
      records: locate(`${base}/epochs.jsonl`),
      neighbours: place(`${base}/neighbours.npy`),
      discoveries: place(`${base}/discoveries.jsonl`),
      matrices: measured.epochs
        .filter(({ record }) => keepsArrays(record.epoch))
        .flatMap(({ record: { epoch }, arrays }) => {
          if (!arrays) return earlierMatrices.get(epoch) ?? [];
          const at = Object.fromEntries(ARRAY_KINDS.map((kind) => [kind, place(arrayPath(base, kind, epoch))]));
          return { epoch, ...at } as EpochMatrices;
        }),
      phases,
      learningRateChanges: learningRateChanges(curves.epochs, curves.values.lr ?? []),
      warnings: earlyWarnings(curves, { others }),
      missing: measured.epochs.at(-1)?.record.missing ?? {},
      problems: [...scanned.problems, ...measured.problems],
      skipped: scanned.skipped,
      samples: place(`${base}/samples.jsonl`),
      ...(sampleTiles ? { pictures: locate(`${base}/sample-pictures.npy`) } : {}),
    };
  };
  return { files, keep, describe };
}

function arrayPath(base: string, kind: string, epoch: number): string {
  return `${base}/${kind}/${String(epoch).padStart(4, '0')}.npy`;
}
