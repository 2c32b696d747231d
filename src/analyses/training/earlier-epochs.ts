import { memorySource } from '../../base/bytes/byte-source.ts';
import { SemblanceError } from '../../base/errors.ts';
import { openNpyArray } from '../../formats/npy/read-npy.ts';
import type { NeighbourLists } from '../../measures/training/neighbour-history.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import { readManifest, readStudyFile, readStudyTable } from '../../study/read-study.ts';
import type { StudyStore } from '../../study/store.ts';
import type { EpochMatrices, TrainingRunEntry, TrainingSection } from '../../study/training-section.ts';
import type { EpochRecord } from './epoch-record.ts';
import type { MeasuredEpoch } from './measure-run.ts';

/** What an earlier analysis left of one run. */
export interface EarlierRun {
  /** By the key of the epoch's files. */
  epochs: Map<string, MeasuredEpoch>;
  /** Where the study has the arrays of each epoch. */
  matrices: Map<number, EpochMatrices>;
  /** The files behind its test samples, where the study names them all. */
  samples: string[] | undefined;
}

/** The training section that is in the store, if there is one that can be read. */
export async function earlierSection(
  store: StudyStore,
): Promise<{ manifest: StudyManifest; section: TrainingSection } | undefined> {
  const manifest = await readManifest(store).catch(passOver);
  const section = manifest?.instruments.training;
  return manifest && section ? { manifest, section } : undefined;
}

/** The epochs of one run, with everything that goes on from them; those whose files are damaged are left out. */
export async function earlierRun(
  store: StudyStore,
  manifest: StudyManifest,
  section: TrainingSection,
  run: TrainingRunEntry,
): Promise<EarlierRun> {
  const earlier: EarlierRun = { epochs: new Map(), matrices: new Map(), samples: undefined };
  const records = await readStudyTable<EpochRecord>(store, manifest, run.records).catch(passOver);
  if (!records) return earlier;
  const lists = run.neighbours === null ? undefined : await readNeighbours(store, manifest, run.neighbours, section);
  const present = new Set(await store.list());
  if (run.samples !== null) {
    const rows = await readStudyTable<{ split: string; path: string }>(store, manifest, run.samples).catch(passOver);
    earlier.samples = rows?.filter(({ split }) => split === 'test').map(({ path }) => path);
  }
  for (const entry of run.matrices) earlier.matrices.set(entry.epoch, entry);
  for (const record of records) {
    const arrays = earlier.matrices.get(record.epoch);
    const paths = Object.values(arrays ?? {}).filter((path) => typeof path === 'string');
    if (!paths.every((path) => present.has(path))) continue;
    const neighbours = lists?.[run.epochs.indexOf(record.epoch)];
    if (run.neighbours !== null && !neighbours) continue;
    earlier.epochs.set(record.key, { record, neighbours, arrays: undefined });
  }
  return earlier;
}

async function readNeighbours(
  store: StudyStore,
  manifest: StudyManifest,
  path: string,
  { labels: { classes }, k }: TrainingSection,
): Promise<NeighbourLists[]> {
  const bytes = await readStudyFile(store, manifest, path).catch(passOver);
  if (!bytes) return [];
  const { data } = await (await openNpyArray(memorySource(path, bytes), 'array')).read();
  const size = classes * k;
  return Array.from({ length: Math.floor(data.length / size) }, (_, e) => ({
    classes,
    k,
    indices: Int32Array.from(data.subarray(e * size, (e + 1) * size)),
  }));
}

/** A study that is damaged or not there is measured anew. */
function passOver(error: unknown): undefined {
  if (!(error instanceof SemblanceError)) throw error;
}
