import { IncomparableError, UnsupportedError, UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import { openModel } from '../../model-files/open-model.ts';
import type { RunEpoch, RunSplit } from '../../runs/epoch-data.ts';
import type { EpochFiles } from '../../runs/list-run.ts';
import { folderOf, matchClassFolders, type NamedClass } from '../common/class-folders.ts';
import type { LabelledPictures } from '../common/labelled-pictures/options.ts';
import { runLabelledPictures } from '../common/labelled-pictures/run-labelled-pictures.ts';
import type { TrainingRunInput } from './options.ts';

/** Labelled pictures with their classes, the same for all checkpoints of a run. */
export interface TestPictures {
  request: LabelledPictures;
  /** Class of each picture; null for one of no class of the run. */
  classOf: (number | null)[];
  /** What is left out, in words; empty where everything is used. */
  notes: { file: string; reason: string }[];
}

/**
 * Which class each of the pictures is of.
 *
 * @throws IncomparableError where fewer than two classes have pictures.
 */
export function testPictures(request: LabelledPictures, classes: readonly NamedClass[]): TestPictures {
  const folders = request.images.map((image) => folderOf(image));
  const { classOf, unmatched } = matchClassFolders(
    [...new Set(folders.filter((folder) => folder !== undefined))],
    classes,
  );
  if (classOf.size < 2)
    throw new IncomparableError(
      `${request.source}: ${classOf.size} of its folders or labels stand for a class of the run; predictions need at least 2.`,
      { hint: 'Call folders by class name, WordNet id or number, or say with --labels what the classes are.' },
    );
  const unfiled = folders.filter((folder) => folder === undefined).length;
  return {
    request,
    classOf: folders.map((folder) => (folder === undefined ? null : (classOf.get(folder) ?? null))),
    notes: [
      ...unmatched.map(({ folder, reason }) => ({ file: `${request.source}/${folder}`, reason })),
      ...(unfiled > 0 ? [{ file: request.source, reason: `${unfiled} pictures lie in no folder` }] : []),
    ],
  };
}

/** The pictures that a checkpoint was run on, in the order of its samples, with what it made of them. */
export interface RunSamples {
  split: RunSplit;
  names: string[];
  skipped: { file: string; reason: string }[];
}

/**
 * Runs the checkpoint of an epoch on the pictures: predictions and the features before the classifier, as a test split.
 *
 * @throws UsageError where the epoch has a test split of its own; UnsupportedError where the checkpoint does not run or
 * gives no scores of its classes.
 */
export async function runOnPictures(
  { folder }: TrainingRunInput,
  { epoch, checkpoint }: EpochFiles,
  { head, headTensor, headRows, test }: RunEpoch,
  { request, classOf }: TestPictures,
  task: LongTask,
): Promise<RunSamples> {
  if (test)
    throw new UsageError(
      `${folder.name}: epoch ${epoch} has predictions of its own; --templates is for checkpoints without.`,
    );
  if (checkpoint === undefined || !head || !headRows)
    throw new UnsupportedError(`${folder.name}: epoch ${epoch} has no classifier to run on ${request.source}.`);
  const source = await folder.open(checkpoint);
  const found = await runLabelledPictures(
    source,
    await openModel(source),
    { head: headTensor, scored: { width: headRows.count, columns: headRows.classes } },
    request,
    classOf,
    task,
  );
  const { scores, target, features, names, skipped, assumed } = found;
  if (!scores)
    throw new UnsupportedError(`${checkpoint}: no output has ${headRows.count} scores, one for each row of its head.`);
  return {
    split: { target, prediction: target.map((_, i) => scores.classes[i * scores.k]!), features },
    names,
    skipped: [
      ...skipped.map(({ name, reason }) => ({ file: name, reason })),
      ...assumed.map((text) => ({ file: checkpoint, reason: `of its input was assumed: ${text}` })),
    ],
  };
}
