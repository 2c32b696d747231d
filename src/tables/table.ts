import type { FigureKind } from '../figures/figure.ts';
import type { StudyManifest } from '../study/manifest.ts';
import type { StudyStore } from '../study/store.ts';

export type Cell = string | number | boolean | null;

export interface Table {
  columns: string[];
  rows: Cell[][];
}

export interface TableContext {
  manifest: StudyManifest;
  store: StudyStore;
  /** Epochs asked for; undefined: all. */
  epochs?: readonly number[];
}

/** A table that a study can give. */
export interface TableKind {
  id: string;
  instrument: FigureKind['instrument'];
  title: string;
  /** Why the study has no such table; undefined when it has. */
  lacks(manifest: StudyManifest): string | undefined;
  read(context: TableContext): Promise<Table>;
}

/**
 * Rows of records as a table, with a column for every plain field that any of them has.
 * @param least columns that the table has whether or not there is a record
 */
export function tableOfRecords(
  records: readonly Readonly<Record<string, unknown>>[],
  least: readonly string[] = [],
): Table {
  const flat = records.map((record) => flatten(record));
  const columns = [...new Set([...least, ...flat.flatMap((record) => Object.keys(record))])];
  return { columns, rows: flat.map((record) => columns.map((column) => record[column] ?? null)) };
}

/** Nested fields by their path with points; lists as JSON. */
function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): Record<string, Cell> {
  const out: Record<string, Cell> = {};
  for (const [key, field] of Object.entries(value)) {
    const name = prefix + key;
    if (field === null || field === undefined) out[name] = null;
    else if (Array.isArray(field)) out[name] = JSON.stringify(field);
    else if (typeof field === 'object') Object.assign(out, flatten(field as Record<string, unknown>, `${name}.`));
    else out[name] = field as Cell;
  }
  return out;
}
