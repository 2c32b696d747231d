import { MissingRuntimeError, UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { EpochInput, PartialSimilarity, SplitInput } from '../../measures/training/epoch-measures.ts';
import type { EpochMeasures } from '../../measures/training/measured-epoch.ts';
import type { NeighbourLists } from '../../measures/training/neighbour-history.ts';
import { splitTemplates, templateCosines } from '../../measures/training/split-templates.ts';
import type { RunContext, RunEpoch, RunSplit } from '../../runs/epoch-data.ts';
import { readRunEpoch } from '../../runs/run-epoch.ts';
import { type EpochArrays, type EpochRecord, epochArrays, epochNeighbours, epochRecord } from './epoch-record.ts';
import type { TrainingRunInput } from './options.ts';
import { runOnPictures, type TestPictures } from './run-on-pictures.ts';
import { filesOf, problemMessage, type RunProblem, type ScannedRun } from './scan-run.ts';

/** One epoch of a run: just measured, with its arrays, or as an earlier analysis left it. */
export interface MeasuredEpoch {
  record: EpochRecord;
  neighbours: NeighbourLists | undefined;
  /** Undefined for an epoch that was reused: the study has its arrays. */
  arrays: EpochArrays | undefined;
}

export interface MeasuredRun {
  epochs: MeasuredEpoch[];
  problems: RunProblem[];
  computed: number;
  /** The pictures that checkpoints were run on, in the order of the samples; undefined where none were run now. */
  pictures: string[] | undefined;
  /** What was left out of them, and what had to be assumed. */
  skipped: { file: string; reason: string }[];
}

export interface MeasureSettings {
  /** Number of classes that every epoch must have. */
  classes: number;
  labels: readonly string[] | undefined;
  semantic: PartialSimilarity | undefined;
  measure: (input: EpochInput) => EpochMeasures;
  k: number;
  /** What an earlier analysis with the same settings measured, by key. */
  earlier: ReadonlyMap<string, MeasuredEpoch>;
  /** Pictures to run the checkpoints on. */
  testPictures: TestPictures | undefined;
}

/**
 * Measures the epochs of a run that were not measured before. An epoch that cannot be read is a problem to report, not
 * the end: it may be half-written, or of other classes.
 */
export async function measureRun(
  input: TrainingRunInput,
  run: ScannedRun,
  settings: MeasureSettings,
  task: LongTask,
): Promise<MeasuredRun> {
  const { classes, labels, semantic, measure, k, earlier, testPictures } = settings;
  const epochs: MeasuredEpoch[] = [];
  const problems: RunProblem[] = [];
  const skipped = new Map((testPictures?.notes ?? []).map((note) => [`${note.file} ${note.reason}`, note]));
  let pictures: string[] | undefined;
  let computed = 0;
  for (const [done, { files, key }] of run.epochs.entries()) {
    task.signal?.throwIfAborted();
    task.onProgress?.({ task: `measuring ${input.folder.name}`, done, total: run.epochs.length, unit: 'epochs' });
    const known = earlier.get(key);
    if (known && known.record.epoch === files.epoch) {
      epochs.push(known);
      continue;
    }
    try {
      const read = await readRunEpoch(input.folder, files, {
        classes,
        ...(labels ? { labels } : {}),
        ...headAsked(input),
      });
      if (testPictures) {
        const found = await runOnPictures(input, files, read, testPictures, task);
        read.test = found.split;
        pictures ??= found.names;
        for (const note of found.skipped) skipped.set(`${note.file} ${note.reason}`, note);
      }
      const epochInput = toInput(read);
      const measures = measure(epochInput);
      epochs.push({
        record: epochRecord(measures, key, read.headTensor ?? null),
        neighbours: epochNeighbours(measures, k),
        arrays: epochArrays(measures, epochInput.test, semantic),
      });
      computed++;
    } catch (error) {
      // What no other epoch will do better ends the whole.
      if (testPictures && (error instanceof UsageError || error instanceof MissingRuntimeError)) throw error;
      problems.push({ file: filesOf(files)[0]!, epoch: files.epoch, message: problemMessage(error) });
    }
  }
  return { epochs, problems, computed, pictures, skipped: [...skipped.values()] };
}

/** Which head of a checkpoint is taken, as far as somebody said. */
export function headAsked({ head, weights }: TrainingRunInput): Pick<RunContext, 'head' | 'weights'> {
  return { ...(head === undefined ? {} : { head }), ...(weights === undefined ? {} : { weights }) };
}

/** Class templates and their cosines are made of the features where a run brings these. */
function toInput(read: RunEpoch): EpochInput {
  const { epoch, classes, head, similarity, test, train } = read;
  return {
    epoch,
    classes,
    ...(head ? { head } : {}),
    ...(similarity ? { similarity } : {}),
    ...(test ? { test: toSplit(test, classes) } : {}),
    ...(train ? { train: toSplit(train, classes) } : {}),
  };
}

function toSplit({ features, ...split }: RunSplit, classes: number): SplitInput {
  if (!features || !split.target || split.templates) return split;
  const templates = splitTemplates(features, split.target, classes, split.prediction);
  return { ...split, templates, templateCosine: templateCosines(features, split.target, templates.all.templates) };
}
