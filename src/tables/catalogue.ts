import { UsageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import type { StudyManifest } from '../study/manifest.ts';
import { readManifest, readStudyMatrix, readStudyTable } from '../study/read-study.ts';
import type { StudyStore } from '../study/store.ts';
import { atlasTables } from './atlas-tables.ts';
import { classTables } from './class-tables.ts';
import { conceptTables } from './concept-tables.ts';
import type { Cell, Table, TableKind } from './table.ts';
import { tableOfRecords } from './table.ts';
import { trainingTables } from './training-tables.ts';

/** Every table by name; besides these any `.jsonl` and `.npy` of a study can be had by its path. */
export const TABLES: readonly TableKind[] = [...classTables, ...trainingTables, ...conceptTables, ...atlasTables];

/** The tables of a study, and of those it has not, why. */
export function tablesOf(manifest: StudyManifest): { kind: TableKind; lacks: string | undefined }[] {
  return TABLES.map((kind) => ({ kind, lacks: kind.lacks(manifest) }));
}

/** Tables and matrices of a study by their paths. */
export function filesOf({ files }: StudyManifest): string[] {
  return Object.keys(files)
    .filter((path) => /\.(jsonl|npy)$/.test(path))
    .sort();
}

/**
 * A table by its name, or a `.jsonl` or `.npy` of the study by its path.
 * @throws UsageError when there is none, or the study lacks it.
 */
export async function readTable(store: StudyStore, name: string, epochs?: readonly number[]): Promise<Table> {
  const manifest = await readManifest(store);
  if (/\.(jsonl|npy)$/.test(name)) {
    if (epochs) throw new UsageError(`--epoch is for tables by name; ${name} is a file of the study.`);
    return readFileTable(store, manifest, name);
  }
  const kind = TABLES.find(({ id }) => id === name);
  if (!kind) {
    const near = nearestName(
      name,
      TABLES.map(({ id }) => [id, id] as const),
    );
    throw new UsageError(`There is no table ${JSON.stringify(name)}.`, {
      hint: near
        ? `Did you mean ${near}?`
        : `There are ${TABLES.map(({ id }) => id).join(', ')}; --list names files too.`,
    });
  }
  const lack = kind.lacks(manifest);
  if (lack) throw new UsageError(`The study has no table ${name}: ${lack}.`, { hint: 'semblance table STUDY --list' });
  if (epochs && kind.instrument !== 'training') throw new UsageError(`The table ${name} has no epochs to choose.`);
  return kind.read({ manifest, store, ...(epochs ? { epochs } : {}) });
}

async function readFileTable(store: StudyStore, manifest: StudyManifest, path: string): Promise<Table> {
  if (!filesOf(manifest).includes(path))
    throw new UsageError(`The study has no file ${path}.`, { hint: 'semblance table STUDY --list names them.' });
  if (path.endsWith('.jsonl')) return tableOfRecords(await readStudyTable(store, manifest, path));
  const { rows, cols, data } = await readStudyMatrix(store, manifest, path);
  return {
    columns: Array.from({ length: cols }, (_, j) => String(j)),
    rows: Array.from({ length: rows }, (_, i) =>
      Array.from(data.subarray(i * cols, (i + 1) * cols), (value): Cell => (Number.isNaN(value) ? null : value)),
    ),
  };
}
