import { UsageError } from '../../../base/errors.ts';
import { nearestName } from '../../../base/nearest-name.ts';
import { alignClasses } from '../../../measures/class-similarity/shared-classes.ts';
import type { RowClasses } from '../../classes/row-classes.ts';
import type { ConceptSource } from './concept-source.ts';

/** A class that all models have. */
export interface SharedClass {
  name: string;
  wnid: string | null;
}

/** The classes of a comparison and where each model has them. */
export interface SharedLabels {
  classes: SharedClass[];
  /** For each model: column of its logits → shared class, −1 for none; null for a model that is no classifier. */
  ofColumn: (Int32Array | null)[];
  /** For each model: shared class → column. */
  columns: (Int32Array | null)[];
  /** For each model: its classes that not all models have. */
  leftOut: number[];
}

/**
 * Brings the classes of models together, by WordNet synset, else by name. Models that are no classifiers take part with the
 * classes of the others; null where none is one.
 *
 * @throws IncomparableError when the sets differ and `shared` is false, or nothing is shared.
 */
export function shareLabels(sources: readonly ConceptSource[], shared: boolean): SharedLabels | null {
  const known = sources.filter((source) => source.classes !== null);
  if (known.length === 0) return null;
  const lists = known.map((source) => source.classes!.classes);
  const { reference, positions, leftOut } = alignClasses(
    lists,
    known.map(({ name }) => name),
    shared,
  );
  const first = known[0]!.classes!;
  const at = (source: ConceptSource): number => known.indexOf(source);
  const columns = sources.map((source) => {
    const rows = source.classes?.rows;
    return rows ? positions[at(source)]!.map((position) => rows[position]!) : null;
  });
  return {
    classes: Array.from(reference, (position) => {
      const { name, synset } = first.classes[position]!;
      return { name, wnid: synset };
    }),
    columns,
    ofColumn: sources.map((source, m) => inverse(columns[m]!, source.classes)),
    leftOut: sources.map((source) => (source.classes ? leftOut[at(source)]! : 0)),
  };
}

function inverse(columns: Int32Array | null, classes: RowClasses | null): Int32Array | null {
  if (!columns || !classes) return null;
  const most = Math.max(...classes.rows, ...classes.dropped.map(({ row }) => row), 0);
  const out = new Int32Array(most + 1).fill(-1);
  columns.forEach((column, c) => {
    out[column] = c;
  });
  return out;
}

/** The shared class that each label of images stands for: by synset id, by name or part of it, or by number; −1 for none. */
export function classesOfLabels(labels: readonly (string | undefined)[], classes: readonly SharedClass[]): Int32Array {
  const index = labelIndex(classes);
  const given = labels.filter((label) => label !== undefined);
  const found = new Map([...new Set(given)].map((label) => [label, index.get(keyOf(label)) ?? -1]));
  const numbers = given.length > 0 && given.every((label) => /^\d+$/.test(label) && Number(label) < classes.length);
  const isUnnamed = [...found.values()].every((c) => c < 0);
  return Int32Array.from(labels, (label) => {
    if (label === undefined) return -1;
    return numbers && isUnnamed ? Number(label) : found.get(label)!;
  });
}

/**
 * The classes that a person asks for, by name, synset id or number.
 *
 * @throws UsageError for one that is not there, with the nearest name.
 */
export function namedClasses(asked: readonly string[], classes: readonly SharedClass[]): number[] {
  const index = labelIndex(classes);
  return asked.map((text) => {
    const found =
      index.get(keyOf(text)) ?? (/^\d+$/.test(text) && Number(text) < classes.length ? Number(text) : undefined);
    if (found !== undefined) return found;
    const near = nearestName(
      text,
      classes.map(({ name }) => [name, name] as const),
    );
    throw new UsageError(`There is no class "${text}" among the ${classes.length} that the models share.`, {
      hint: near === undefined ? `The first is "${classes[0]!.name}".` : `Did you mean "${near}"?`,
    });
  });
}

/** Whole names and ids come before parts of names, and the first class before later ones. */
function labelIndex(classes: readonly SharedClass[]): Map<string, number> {
  const index = new Map<string, number>();
  const add = (key: string, c: number): void => {
    if (key !== '' && !index.has(key)) index.set(key, c);
  };
  classes.forEach(({ name, wnid }, c) => {
    if (wnid) add(wnid, c);
    add(keyOf(name), c);
  });
  classes.forEach(({ name }, c) => {
    for (const part of name.split(',')) add(keyOf(part), c);
  });
  return index;
}

function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}
