import { memorySource } from '../../../base/bytes/byte-source.ts';
import { withOneLineTexts } from '../../../base/one-line.ts';
import { openNpyArray } from '../../../formats/npy/read-npy.ts';
import { type NeighbourDiscovery, neighboursOf } from '../../../measures/training/neighbour-history.ts';
import type { ClassRow } from '../../../study/classes-section.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import { readStudyFile, readStudyMatrix, readStudyTable } from '../../../study/read-study.ts';
import type { StudyStore } from '../../../study/store.ts';
import type { TrainingRunEntry } from '../../../study/training-section.ts';
import type { CliIo } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';
import { findClass } from '../neighbour-report.ts';
import { shortClassNames } from '../short-class-names.ts';
import { figure } from './training-curves.ts';
import { spread } from './training-report.ts';

const EPOCHS_SHOWN = 6;
const NEIGHBOURS_SHOWN = 5;

/** One class over the epochs of every run. */
export interface ClassHistory {
  index: number;
  name: string;
  synset: string | null;
  runs: {
    id: string;
    name: string;
    /** The first epoch from which it has half of its final neighbours; null for never, or without a head. */
    foundNeighboursAt: number | null;
    /** Nearest classes first, by id where they have one. */
    neighbours: { epoch: number; nearest: string[] }[];
    /** Measures of the class at the epochs whose arrays are kept, by column. */
    measures: { epoch: number; values: Record<string, number | null> }[];
  }[];
}

/**
 * The neighbours of one class over the epochs and what was measured of it.
 * @throws UsageError when no class, or more than one, is meant.
 */
export async function classHistory(manifest: StudyManifest, store: StudyStore, wanted: string): Promise<ClassHistory> {
  const section = manifest.instruments.training!;
  const classes = await readStudyTable<ClassRow>(store, manifest, section.classes);
  const { index, name, synset } = findClass(classes, await shortClassNames(classes), wanted);
  const idOf = (c: number): string => classes[c]!.synset ?? classes[c]!.name;
  const runs = await Promise.all(
    section.runs.map(async (run) => ({
      id: run.id,
      name: run.name,
      foundNeighboursAt: await discovery(run, index, manifest, store),
      neighbours: (await neighbourLists(run, index, classes.length, section.k, manifest, store)).map((nearest, e) => ({
        epoch: run.epochs[e]!,
        nearest: nearest.map(idOf),
      })),
      measures: await Promise.all(
        run.matrices.map(async ({ epoch, perClass }) => {
          const { data, cols } = await readStudyMatrix(store, manifest, perClass);
          const values = section.perClassColumns.map((column, j) => {
            const value = data[index * cols + j]!;
            return [column, Number.isNaN(value) ? null : value] as const;
          });
          return { epoch, values: Object.fromEntries(values) };
        }),
      ),
    })),
  );
  return { index, name, synset, runs };
}

async function discovery(run: TrainingRunEntry, index: number, manifest: StudyManifest, store: StudyStore) {
  if (run.discoveries === null) return null;
  const table = await readStudyTable<NeighbourDiscovery>(store, manifest, run.discoveries);
  return table.find((entry) => entry.class === index)?.epoch ?? null;
}

async function neighbourLists(
  run: TrainingRunEntry,
  index: number,
  classes: number,
  k: number,
  manifest: StudyManifest,
  store: StudyStore,
): Promise<number[][]> {
  if (run.neighbours === null) return [];
  const bytes = await readStudyFile(store, manifest, run.neighbours);
  const { data } = await (await openNpyArray(memorySource(run.neighbours, bytes), 'array')).read();
  return run.epochs.map((_, e) =>
    neighboursOf(
      { classes, k, indices: Int32Array.from(data.subarray(e * classes * k, (e + 1) * classes * k)) },
      index,
    ),
  );
}

/** What `semblance training --class NAME` prints. */
export async function classHistoryText(
  given: ClassHistory,
  manifest: StudyManifest,
  store: StudyStore,
  { colors }: CliIo,
): Promise<string> {
  const history = withOneLineTexts(given);
  const table = manifest.instruments.training!.classes;
  const classes = withOneLineTexts(await readStudyTable<ClassRow>(store, manifest, table));
  const names = await shortClassNames(classes);
  const named = new Map(classes.map((entry, i) => [entry.synset ?? entry.name, names[i]!]));
  let text = `${colors.bold(history.name)}  ${colors.dim(history.synset ?? 'no WordNet sense')}\n`;
  for (const run of history.runs) {
    const found =
      run.foundNeighboursAt === null ? '' : `, half of its final neighbours from epoch ${run.foundNeighboursAt} on`;
    text += `\n${colors.bold(run.name)}${colors.dim(found)}\n`;
    const epochs = spread(
      run.measures.map(({ epoch }) => epoch),
      EPOCHS_SHOWN,
    );
    const rows = epochs.map((epoch) => {
      const { values } = run.measures.find((entry) => entry.epoch === epoch)!;
      const nearest = run.neighbours.find((entry) => entry.epoch === epoch)?.nearest ?? [];
      const { samples, errors } = values;
      return [
        String(epoch),
        typeof samples === 'number' && typeof errors === 'number' ? `${errors}/${samples}` : '–',
        figure(values.networkIdm),
        figure(values.semanticIdm),
        figure(values.alignment),
        nearest
          .slice(0, NEIGHBOURS_SHOWN)
          .map((id) => named.get(id) ?? id)
          .join(', '),
      ];
    });
    const columns = ['epoch', 'errors', 'NIDM', 'WIDM', 'alignment', 'nearest classes'].map((title, k) => ({
      title: colors.dim(title),
      align: k === 5 ? ('left' as const) : ('right' as const),
    }));
    text += formatTable(columns, rows, '  ');
  }
  return text;
}
