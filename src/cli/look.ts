import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { fileSource } from '../model-files/file-source.ts';
import { nearestName } from '../nearest-name.ts';
import { classesReport } from './classes-report.ts';
import { runClasses } from './classes-run.ts';
import { commandLine } from './command-line.ts';
import { findModels } from './find-models.ts';
import type { CliIo } from './io.ts';
import { addShowOptions, type ShowOptions, showStudies } from './show-studies.ts';

/** Files with one reason are listed up to this many. */
const LISTED = 6;

interface Flags extends ShowOptions {
  shared: boolean;
}

/**
 * `semblance PATH...`: looks at whatever is there and opens the app. Studies are shown as they are; models are analysed
 * for their class similarity first.
 */
export function addLookCommand(program: Command, io: CliIo): void {
  const command = program
    .command('look', { isDefault: true, hidden: true })
    .description('Look at anything: a model, a folder of models, a study')
    .argument('[paths...]')
    .option('--shared', 'compare models with different classes on those they share', false);
  addShowOptions(command).action(async (paths: string[], flags: Flags) => {
    if (paths.length === 0) {
      program.outputHelp();
      return;
    }
    rejectMisspeltCommand(program, paths);
    const { models, studies, skipped } = await findModels(paths, io.cwd, io.signal);
    io.stderr(
      `Found ${count(models.length, 'model', 'models')} and ${count(studies.length, 'study', 'studies')}; skipped ${skipped.length}.\n`,
    );
    for (const line of skippedLines(skipped)) io.stderr(io.colors.dim(`  ${line}\n`));
    if (models.length + studies.length === 0)
      throw new UsageError(`${paths.join(', ')}: neither a model nor a study is there.`, {
        hint: 'Models are told from their bytes: safetensors, PyTorch, ONNX, TFLite, npy, npz. A study is a folder with a study.json.',
      });
    const folders = [...studies];
    if (models.length > 0) {
      const inputs = await Promise.all(models.map(async ({ path }) => ({ source: await fileSource(path) })));
      const options = {
        shared: flags.shared,
        command: commandLine(
          'classes',
          models.map(({ path }) => path),
        ),
      };
      const study = await runClasses(inputs, options, {}, io);
      io.stderr(await classesReport(study.manifest, study.store, study.folder, io));
      folders.push(study.folder);
    }
    await showStudies(folders, flags, io);
  });
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

/** One line a file, or one a reason where there are many files of it. */
function skippedLines(skipped: readonly { path: string; reason: string }[]): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return reasons.flatMap((reason) => {
    const files = skipped.filter((file) => file.reason === reason);
    return files.length <= LISTED
      ? files.map(({ path }) => `skipped ${path}: ${reason}`)
      : [`skipped ${files.length} files, such as ${files[0]!.path}: each ${reason}`];
  });
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
