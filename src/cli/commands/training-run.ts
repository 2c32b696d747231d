import { resolve } from 'node:path';
import { picturesKey } from '../../analyses/common/collect-pictures.ts';
import { labelledPicturesKey } from '../../analyses/common/labelled-pictures/options.ts';
import { analyseTraining, defaultTrainingName, type TrainingResult } from '../../analyses/training/analyse-training.ts';
import type { TrainingOptions, TrainingRunInput } from '../../analyses/training/options.ts';
import { scanRun } from '../../analyses/training/scan-run.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { VERSION } from '../../base/version.ts';
import { diskRunFolder } from '../../runs/disk-run-folder.ts';
import { folderStore } from '../../study/folder-store.ts';
import { type StudyStore, whileLocked } from '../../study/store.ts';
import { oneOf } from '../arguments/flag-choice.ts';
import type { RunArgument } from '../arguments/model-flags.ts';
import { readLabelledPictures } from '../inputs/labelled-pictures.ts';
import { readLabels } from '../inputs/labels.ts';
import { defaultStudyFolder } from '../inputs/study-folder.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';

/** A study of training runs on disk, just made, grown or found as it was. */
export interface TrainingStudy extends TrainingResult {
  store: StudyStore;
  folder: string;
}

/** The runs of the command line with what was said of each. */
export async function readRunArguments(runs: readonly RunArgument[], io: CliIo): Promise<TrainingRunInput[]> {
  return Promise.all(
    runs.map(async ({ path, labels, head, weights, name, templates, ...more }) => ({
      folder: diskRunFolder(resolve(io.cwd, path)),
      fileKeys: new Map<string, string>(),
      ...(name === undefined ? {} : { name }),
      ...(head === undefined ? {} : { head }),
      ...(weights === undefined ? {} : { weights: oneOf('weights', weights, ['raw', 'ema'] as const) }),
      ...(labels === undefined ? {} : { labels: await readLabels(labels, io.cwd) }),
      ...(templates === undefined ? {} : { templates: await readLabelledPictures(more, templates, io) }),
    })),
  );
}

/** Runs the training analysis into `out`, or into the folder that the runs' contents name, with a bar on stderr. */
export async function runTraining(
  inputs: readonly TrainingRunInput[],
  options: TrainingOptions,
  { out, quiet = false }: { out?: string | undefined; quiet?: boolean },
  io: CliIo,
): Promise<TrainingStudy> {
  const folder = out ? resolve(io.cwd, out) : await contentFolder(inputs, options, io);
  const store = folderStore(folder);
  const bar = progressBar(io, quiet);
  const task = { signal: io.signal, onProgress: bar.report };
  const result = await whileLocked(store, () => analyseTraining(inputs, options, store, task)).finally(bar.done);
  return { ...result, store, folder };
}

/** Where the study of runs goes that are there whole: the same files and options lead to the same folder. */
async function contentFolder(
  inputs: readonly TrainingRunInput[],
  options: TrainingOptions,
  io: CliIo,
): Promise<string> {
  const scanned = await Promise.all(inputs.map(({ folder, fileKeys }) => scanRun(folder, fileKeys)));
  const names = inputs.map(({ name, folder }, r) => ({ name: name ?? scanned[r]!.info.name ?? folder.name }));
  const { references = [], pictures, ...rest } = options;
  const hash = await hashOf({
    version: VERSION,
    runs: scanned.map(({ info, log, epochs }) => [info, log, epochs.map(({ files, key }) => [files.epoch, key])]),
    said: inputs.map(({ name, head, weights, labels, templates }) => ({
      ...{ name, head, labels },
      ...(weights === 'ema' && { weights }),
      ...(templates ? { templates: labelledPicturesKey(templates) } : {}),
    })),
    options: { ...rest, command: null },
    ...(pictures ? { pictures: await picturesKey(pictures) } : {}),
    references: await Promise.all(
      references.map((request) => (request.kind === 'file' ? sha256Hex(request.file.bytes) : request.measure)),
    ),
  });
  return defaultStudyFolder(io.cwd, defaultTrainingName(names), hash);
}

/** Where the study of growing runs goes: their folders stay when their contents change. */
export async function followedFolder(runs: readonly RunArgument[], io: CliIo): Promise<string> {
  const paths = runs.map(({ path }) => resolve(io.cwd, path));
  const names = runs.map(({ name }, r) => ({ name: name ?? diskRunFolder(paths[r]!).name }));
  return defaultStudyFolder(io.cwd, defaultTrainingName(names), await hashOf(paths));
}

async function hashOf(value: unknown): Promise<string> {
  return sha256Hex(canonicalJson(value));
}
