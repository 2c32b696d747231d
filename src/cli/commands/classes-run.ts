import { analyseClasses } from '../../analyses/classes/analyse-classes.ts';
import { hashInputs } from '../../analyses/classes/inputs-hash.ts';
import type { ClassesOptions, ClassModelInput } from '../../analyses/classes/options.ts';
import { defaultStudyName } from '../../analyses/common/default-study-name.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { type StudyStore, storeAt, whileLocked } from '../../study/store.ts';
import { namedInput, studyPlace } from '../inputs/study-folder.ts';
import type { CliIo } from '../terminal/io.ts';
import { progressBar } from '../terminal/progress-bar.ts';

/** A study on disk, just made or found as it was. */
export interface ClassesStudy {
  manifest: StudyManifest;
  store: StudyStore;
  folder: string;
  reused: boolean;
}

/** Runs the classes analysis into `out` or a study of the same models (a new one is called after `name`, where the models give none), with a bar on stderr. */
export async function runClasses(
  inputs: readonly ClassModelInput[],
  options: ClassesOptions,
  { out, quiet = false, name }: { out?: string | undefined; quiet?: boolean; name?: string },
  io: CliIo,
): Promise<ClassesStudy> {
  const place = studyPlace(
    {
      out,
      quiet,
      name: name ?? defaultStudyName(inputs.map(namedInput)),
      instrument: 'classes',
      models: inputs.map(({ source }) => source),
    },
    io,
  );
  const store = await storeAt(place, { hash: await hashInputs(inputs, options) });
  const folder = store.name;
  const bar = progressBar(io, quiet);
  const task = { signal: io.signal, onProgress: bar.report };
  const { manifest, reused } = await whileLocked(store, () => analyseClasses(inputs, options, store, task)).finally(
    bar.done,
  );
  return { manifest, store, folder, reused };
}
