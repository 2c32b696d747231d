import { resolve } from 'node:path';
import { analyseClasses, defaultStudyName } from '../../analyses/classes/analyse-classes.ts';
import { hashInputs } from '../../analyses/classes/inputs-hash.ts';
import type { ClassesOptions, ClassModelInput } from '../../analyses/classes/options.ts';
import { folderStore } from '../../study/folder-store.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { type StudyStore, whileLocked } from '../../study/store.ts';
import { defaultStudyFolder } from '../inputs/study-folder.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';

/** A study on disk, just made or found as it was. */
export interface ClassesStudy {
  manifest: StudyManifest;
  store: StudyStore;
  folder: string;
  reused: boolean;
}

/** Runs the classes analysis into `out`, or into the folder that its inputs' hash names (after `name`, where the models give none), with a bar on stderr. */
export async function runClasses(
  inputs: readonly ClassModelInput[],
  options: ClassesOptions,
  { out, quiet = false, name }: { out?: string | undefined; quiet?: boolean; name?: string },
  io: CliIo,
): Promise<ClassesStudy> {
  const names = inputs.map(({ name, source }) => ({ name: name ?? source.name.replace(/\.[^.]+$/, '') }));
  const folder = out
    ? resolve(io.cwd, out)
    : defaultStudyFolder(io.cwd, name ?? defaultStudyName(names), await hashInputs(inputs, options));
  const store = folderStore(folder);
  const bar = progressBar(io, quiet);
  const task = { signal: io.signal, onProgress: bar.report };
  const { manifest, reused } = await whileLocked(store, () => analyseClasses(inputs, options, store, task)).finally(
    bar.done,
  );
  return { manifest, store, folder, reused };
}
