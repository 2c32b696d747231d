import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { analyseTraining, type TrainingResult } from '../../analyses/training/analyse-training.ts';
import { earlierSection } from '../../analyses/training/earlier-epochs.ts';
import type { TrainingOptions, TrainingRunInput } from '../../analyses/training/options.ts';
import { SourceError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { RunFile } from '../../runs/run-folder.ts';
import { type SettledFiles, settledFiles, signature } from '../../runs/run-watch.ts';
import type { RunningServer } from '../../server/start-server.ts';
import { folderStore } from '../../study/folder-store.ts';
import type { StudyStore } from '../../study/store.ts';
import type { RunArgument } from '../arguments/model-flags.ts';
import type { TrainingFlags } from '../inputs/training-flags.ts';
import { readRuns } from '../reports/training/training-curves.ts';
import { dashboard } from '../reports/training/training-dashboard.ts';
import { epochLines } from '../reports/training/training-lines.ts';
import { evaluateThresholds, reportThresholds } from '../reports/training/training-thresholds.ts';
import { APP_FOLDER } from '../terminal/app-folders.ts';
import type { CliIo } from '../terminal/io.ts';
import { openBrowser } from '../terminal/open-browser.ts';
import { progressBar } from '../terminal/progress-bar.ts';
import { followedFolder } from './training-run.ts';

/** Before the second look, which is the first at which a file can have settled. */
const SECOND_LOOK_MS = 250;

/**
 * Follows the folders of runs: measures epochs as their files settle, grows the study, and shows a dashboard on a
 * terminal or a line for each epoch elsewhere. Files that cannot be read are tried again at every look, and folders that
 * are not there yet are waited for. Ends on Ctrl+C, which is how following ends and no failure.
 * @returns whether a condition of --fail-if came to hold, which ends it too.
 */
export async function watchTraining(
  runs: readonly RunArgument[],
  inputs: readonly TrainingRunInput[],
  options: TrainingOptions,
  flags: TrainingFlags,
  io: CliIo,
): Promise<boolean> {
  const folder = flags.out ? resolve(io.cwd, flags.out) : await followedFolder(runs, io);
  const store = folderStore(folder);
  const settled = inputs.map(() => settledFiles());
  const showsDashboard = io.isTerminal && !io.env.CI && !flags.json && !flags.quiet;
  const lines = epochLines(await knownEpochs(store), flags, io);
  const draw = showsDashboard ? dashboard(io, folder) : undefined;
  if (!draw && !flags.quiet) io.stderr(`Following ${names(inputs)} into ${folder}. Ctrl+C ends.\n`);
  const bar = progressBar(io, !showsDashboard);
  let server: RunningServer | undefined;
  let before = '';
  let hasProblems = false;
  try {
    // The first look only takes note of the files; at the second they can have settled.
    await Promise.all(inputs.map(({ folder: at }, r) => listSettled(at, settled[r]!)));
    await sleep(Math.min(SECOND_LOOK_MS, flags.every * 1000), undefined, { signal: io.signal });
    for (; ; await sleep(flags.every * 1000, undefined, { signal: io.signal })) {
      const listings = await Promise.all(inputs.map(({ folder: at }, r) => listSettled(at, settled[r]!)));
      const now = JSON.stringify(listings.map((files) => files.map((file) => `${file.name} ${signature(file)}`)));
      if (now === before && !hasProblems) continue;
      before = now;
      const result = await analyseSettled(inputs, listings, options, store, {
        signal: io.signal,
        onProgress: bar.report,
      }).finally(bar.done);
      if (typeof result === 'string') {
        hasProblems = true;
        if (draw) draw.waiting(result);
        else lines.waiting(result);
        continue;
      }
      const { manifest } = result;
      const found = await readRuns(manifest, store);
      hasProblems = found.some(({ run }) => run.problems.length > 0);
      if (draw && flags.open) server ??= await startApp(folder, flags, io);
      if (draw) draw.show(found, server?.url);
      else lines.show(found, manifest.schemaVersion);
      const met = evaluateThresholds(found, flags.failIf, { growing: true }).filter(
        ({ result: { status } }) => status === 'met',
      );
      if (met.length > 0) return reportThresholds(met, found.length > 1, io);
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    await server?.close();
  }
  if (!flags.quiet) io.stderr(`Followed ${names(inputs)}; the study is ${folder}.\n`);
  return false;
}

function names(inputs: readonly TrainingRunInput[]): string {
  return inputs.map(({ folder }) => folder.name).join(', ');
}

/** The files that may be read. A folder that is not there yet has none, and a log may be read while it is written. */
async function listSettled(folder: TrainingRunInput['folder'], settled: SettledFiles): Promise<RunFile[]> {
  try {
    const files = await folder.list();
    const still = new Set(settled.observe(files));
    return files.filter((file) => still.has(file) || file.name === 'metrics.jsonl');
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return [];
  }
}

/** Analyses the runs that have files; a text says why there is nothing to see yet. */
async function analyseSettled(
  inputs: readonly TrainingRunInput[],
  listings: readonly (readonly RunFile[])[],
  options: TrainingOptions,
  store: StudyStore,
  task: LongTask,
): Promise<TrainingResult | string> {
  // The listing is taken once a look: a second one right behind it would call everything settled.
  const present = inputs.flatMap((input, r) =>
    listings[r]!.length === 0 ? [] : { ...input, folder: { ...input.folder, list: async () => [...listings[r]!] } },
  );
  if (present.length === 0) return `${names(inputs)}: nothing has been written yet.`;
  try {
    return await analyseTraining(present, options, store, task);
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
}

/** The epochs that the study has before anything is looked at, by run. */
async function knownEpochs(store: StudyStore): Promise<Map<string, readonly number[]>> {
  const existing = await earlierSection(store);
  return new Map(existing?.section.runs.map((run) => [run.id, run.epochs]) ?? []);
}

async function startApp(folder: string, flags: TrainingFlags, io: CliIo): Promise<RunningServer> {
  const { startServer } = await import('../../server/start-server.ts');
  const server = await startServer({ studies: [folder], appFolder: APP_FOLDER, port: flags.port, host: flags.host });
  openBrowser(server.url, io);
  return server;
}
