import type { Command } from 'commander';
import { fileSource } from '../../base/bytes/file-source.ts';
import { IncomparableError, UsageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { KNOWN_FORMATS_TEXT } from '../../model-files/known-formats.ts';
import { addShowOptions, type ShowOptions } from '../arguments/show-flags.ts';
import { findModels } from '../inputs/find-models.ts';
import { foundLines } from '../inputs/found-lines.ts';
import { classesReport } from '../reports/classes-report.ts';
import { trainingReport } from '../reports/training/training-report.ts';
import { commandLine } from '../terminal/command-line.ts';
import type { CliIo } from '../terminal/io.ts';
import { runClasses } from './classes-run.ts';
import { showStudies } from './show-studies.ts';
import { readRunArguments, runTraining } from './training-run.ts';

interface Flags extends ShowOptions {
  shared: boolean;
}

/**
 * `semblance PATH...`: looks at whatever is there and opens the app. Studies are shown as they are; models are analysed
 * for their class similarity first, and folders of checkpoints as training runs.
 */
export function addLookCommand(program: Command, io: CliIo): void {
  const command = program
    .command('look', { isDefault: true, hidden: true })
    .description('Look at anything: a model, a folder of models or of checkpoints, a study')
    .argument('[paths...]')
    .option('--shared', 'compare models with different classes on those they share', false);
  addShowOptions(command).action(async (paths: string[], flags: Flags) => {
    if (paths.length === 0) {
      program.outputHelp();
      return;
    }
    rejectMisspeltCommand(program, paths);
    const found = await findModels(paths, io.cwd, io.signal);
    const { models, studies, runs } = found;
    io.stderr(foundLines(found, io.colors));
    if (models.length + runs.length + studies.length === 0)
      throw new UsageError(`${paths.join(', ')}: neither a model nor a training run nor a study is there.`, {
        hint: `Models are told from their bytes: ${KNOWN_FORMATS_TEXT}. A training run is a folder of checkpoints with epochs in their names, a study a folder with a study.json.`,
      });
    const folders = [...studies];
    if (models.length > 0) {
      const inputs = await Promise.all(models.map(async ({ path }) => ({ source: await fileSource(path) })));
      const options = {
        shared: flags.shared,
        command: commandLine(
          'classes',
          models.map(({ path }) => path),
          { cwd: io.cwd },
        ),
      };
      const study = await runClasses(inputs, options, {}, io);
      io.stderr(await classesReport(study.manifest, study.store, study.folder, io));
      folders.push(study.folder);
    }
    if (runs.length > 0) folders.push(...(await lookAtRuns(runs, io)));
    await showStudies(folders, flags, io);
  });
}

/** Runs of the same classes are compared in one study; others get one each. Returns the studies' folders. */
async function lookAtRuns(runs: readonly string[], io: CliIo): Promise<string[]> {
  const analyse = async (paths: readonly string[]): Promise<string> => {
    const inputs = await readRunArguments(
      paths.map((path) => ({ path })),
      io,
    );
    const study = await runTraining(inputs, { command: commandLine('training', paths, { cwd: io.cwd }) }, {}, io);
    io.stderr(await trainingReport(study.manifest, study.store, study.folder, io));
    return study.folder;
  };
  try {
    return [await analyse(runs)];
  } catch (error) {
    if (!(error instanceof IncomparableError) || runs.length === 1) throw error;
  }
  const folders: string[] = [];
  for (const run of runs) folders.push(await analyse([run]));
  return folders;
}

/** A first word that is no path but nearly a command is a slip, and is answered as one. */
function rejectMisspeltCommand(program: Command, paths: readonly string[]): void {
  const [first] = paths;
  if (first === undefined || /[./\\]/.test(first)) return;
  const names = program.commands.map((command) => command.name()).filter((name) => name !== 'look');
  const near = nearestName(
    first,
    names.map((name) => [name, name] as const),
  );
  if (near) throw new UsageError(`There is no command or path ${JSON.stringify(first)}. Did you mean ${near}?`);
}
