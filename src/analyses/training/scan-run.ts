import { printable } from '../../base/bytes/printable.ts';
import { FormatError, SemblanceError, UnsupportedError, UsageError } from '../../base/errors.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { openModel } from '../../model-files/open-model.ts';
import type { RunContext } from '../../runs/epoch-data.ts';
import { addCheckpoint, type EpochFiles, listRun } from '../../runs/list-run.ts';
import { countEpochClasses, epochInside } from '../../runs/run-epoch.ts';
import type { RunFile, RunFolder } from '../../runs/run-folder.ts';
import {
  type EpochLog,
  type RunInfo,
  readMetrics,
  readRunInfo,
  readSamples,
  type SamplePaths,
} from '../../runs/run-log.ts';
import { signature } from '../../runs/run-watch.ts';

/** A file that could not be read (yet). */
export interface RunProblem {
  file: string;
  epoch: number | null;
  message: string;
}

/** One epoch's files with a key that changes when any of them does. */
export interface ScannedEpoch {
  files: EpochFiles;
  key: string;
}

/** What a run's folder holds before any epoch is read. */
export interface ScannedRun {
  info: RunInfo;
  log: EpochLog[];
  samples: SamplePaths | undefined;
  epochs: ScannedEpoch[];
  problems: RunProblem[];
  skipped: { file: string; reason: string }[];
}

/** Files up to this size are known by their content, larger ones by name, size and time. */
const HASHED_BYTES = 32 * 2 ** 20;

/**
 * Lists a run's folder and reads its small files.
 * @param fileKeys keys by name, size and time, which are added to, so that an unchanged file is hashed once
 * @throws SourceError when the folder cannot be listed; files that cannot be read are problems of the result.
 */
export async function scanRun(folder: RunFolder, fileKeys: Map<string, string> = new Map()): Promise<ScannedRun> {
  const files = await folder.list();
  const listing = listRun(files);
  if (listing.series) throw severalSeries(folder.name, listing.series);
  const problems: RunProblem[] = [];
  const attempt = async <T>(file: string | undefined, read: (file: string) => Promise<T>): Promise<T | undefined> => {
    if (file === undefined) return undefined;
    try {
      return await read(file);
    } catch (error) {
      problems.push({ file, epoch: null, message: problemMessage(error) });
      return undefined;
    }
  };
  for (const name of listing.unnumbered)
    await attempt(name, async () => {
      const epoch = epochInside(await openModel(await folder.open(name)));
      if (epoch === undefined) {
        listing.skipped.push({ file: name, reason: 'has no epoch, neither in its name nor inside' });
        return;
      }
      let entry = listing.epochs.find((candidate) => candidate.epoch === epoch);
      if (!entry) listing.epochs.push((entry = { epoch }));
      addCheckpoint(entry, name, listing);
    });
  listing.epochs.sort((a, b) => a.epoch - b.epoch);

  const byName = new Map(files.map((file) => [file.name, file]));
  const epochs: ScannedEpoch[] = [];
  for (const entry of listing.epochs) {
    const names = filesOf(entry);
    const key = await attempt(names[0], async () => {
      const parts = await Promise.all(
        names.map(async (name) => `${name} ${await fileKey(folder, byName.get(name)!, fileKeys)}`),
      );
      return sha256Hex(new TextEncoder().encode(parts.join('\n')));
    });
    if (key !== undefined) epochs.push({ files: entry, key });
  }
  return {
    info: (await attempt(listing.info, async (file) => readRunInfo(await folder.open(file)))) ?? {},
    log: (await attempt(listing.metrics, async (file) => readMetrics(await folder.open(file)))) ?? [],
    samples: await attempt(listing.samples, async (file) => readSamples(await folder.open(file))),
    epochs,
    problems,
    skipped: listing.skipped,
  };
}

function severalSeries(folder: string, series: readonly { name: string; epochs: number }[]): UsageError {
  const list = series.map(({ name, epochs }) => `${printable(name)} (${epochs})`).join(', ');
  return new UsageError(
    `${folder}: holds ${series.length} series of checkpoints that count the same epochs: ${list}.`,
    {
      hint: 'Name the folder of one, or of several as runs to compare; put the files of one network into a folder of their own.',
    },
  );
}

async function fileKey(folder: RunFolder, file: RunFile, known: Map<string, string>): Promise<string> {
  if (file.byteLength > HASHED_BYTES) return signature(file);
  const stamp = `${file.name} ${signature(file)}`;
  const before = file.modified === undefined ? undefined : known.get(stamp);
  if (before !== undefined) return before;
  const key = (await (await folder.open(file.name)).sha256()) ?? signature(file);
  known.set(stamp, key);
  return key;
}

/** The files of an epoch, the checkpoint first. */
export function filesOf({ checkpoint, similarity, predictions, confusion }: EpochFiles): string[] {
  return [checkpoint, similarity, ...Object.values(predictions ?? {}), ...Object.values(confusion ?? {})].filter(
    (name) => name !== undefined,
  );
}

/**
 * The class count of a run: that of its labels, else the one that most epochs have, of equals the earliest epoch's.
 * @throws UnsupportedError with the reason of the first epoch when none can be read
 * @param known counts that an earlier look found, by key
 */
export async function runClassCount(
  folder: RunFolder,
  run: ScannedRun,
  labels: number | undefined,
  asked: Pick<RunContext, 'head' | 'weights'>,
  known: ReadonlyMap<string, number>,
): Promise<number | undefined> {
  if (labels !== undefined) return labels;
  const votes = new Map<number, number>();
  let first: { file: string; error: SemblanceError } | undefined;
  for (const { files, key } of run.epochs) {
    const count =
      known.get(key) ??
      (await countEpochClasses(folder, files, asked).catch((error) => {
        first ??= { file: filesOf(files)[0]!, error: brokenEpoch(error) };
        return undefined;
      }));
    if (count !== undefined) votes.set(count, (votes.get(count) ?? 0) + 1);
  }
  if (votes.size === 0 && first)
    throw new UnsupportedError(
      `${folder.name}: none of its ${run.epochs.length} epochs can be read; the first is ${printable(first.file)}: ${first.error.message}`,
      { hint: first.error.hint ?? 'Look at one of the files alone: semblance classes FILE.' },
    );
  // A Map keeps the order of insertion, so the first of the greatest is the earliest epoch's.
  let best: number | undefined;
  for (const [count, number] of votes) if (best === undefined || number > votes.get(best)!) best = count;
  return best;
}

/** A broken or half-written file has no vote; it is reported when it is read. */
function brokenEpoch(error: unknown): SemblanceError {
  if (!(error instanceof SemblanceError)) throw error;
  return error;
}

/** What to tell of a file that could not be read; other errors than our own are none of the file's doing. */
export function problemMessage(error: unknown): string {
  if (!(error instanceof SemblanceError)) throw error;
  const hint = error instanceof FormatError || !error.hint ? '' : ` ${error.hint}`;
  return `${error.message}${hint}`;
}
