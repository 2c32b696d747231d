import { printable } from '../../base/bytes/printable.ts';
import { IncomparableError } from '../../base/errors.ts';
import { oneLine } from '../../base/one-line.ts';
import type { ClassIdentity } from '../../measures/class-similarity/shared-classes.ts';
import type { FoundClassNames } from '../../model-files/class-names.ts';
import { type ResolvedLabel, resolveLabels } from '../../semantics/label-resolver/resolve-labels.ts';
import { type LabelClass, type LabelSet, labelSet } from '../../semantics/label-sets/label-sets.ts';
import { lemmasOf, synsetById, type WordNet } from '../../semantics/wordnet.ts';

/** What the caller knows about a model's classes. */
export type LabelsRequest =
  | { kind: 'set'; id: string }
  /** Names, wnids or lemma lists in row order, with the name of the file they came from. */
  | { kind: 'names'; source: string; labels: readonly (string | LabelClass)[] };

/** A class of a model: what it is and how that was found. */
export interface RowClass extends ClassIdentity {
  how: ResolvedLabel['how'];
  candidates: string[];
}

/** The rows of a head, as far as their classes go: a part of `HeadChoice`. */
export interface HeadRows {
  /** How many rows there are. */
  classes: number;
  /** The row that stands for no class, if the labels have one entry less than there are rows. */
  backgroundRow?: number;
}

/** Which class each row of a head stands for. */
export interface RowClasses {
  /** Rows of the head that have a class, in row order. */
  rows: Int32Array;
  classes: RowClass[];
  /** Rows of the head that have none, ascending. */
  dropped: { row: number; reason: string }[];
  labels: { set: string | null; assumed: boolean; order: string | null };
  notes: string[];
}

/**
 * Decides which class each head row is: by the labels asked for, else by the names in the file, else, for 1000 or 1001
 * rows, by the assumption that they are ImageNet-1k in its usual order. Other counts are never guessed: the classes are
 * numbered and have no meaning until labels are given.
 *
 * @param file Name of the model file, for messages.
 * @param head The head's rows; with one row more than labels, its background row is dropped.
 * @param loadGraph Gives the WordNet graph; called only when names have to be looked up.
 * @throws IncomparableError when the number of labels fits neither the rows nor the rows without a background row.
 */
export async function classesOfRows(
  file: string,
  head: HeadRows,
  request: LabelsRequest | undefined,
  found: FoundClassNames | undefined,
  loadGraph: () => Promise<WordNet>,
): Promise<RowClasses> {
  const rowCount = head.classes;
  if (request?.kind === 'set') return fromSet(file, head, labelSet(request.id), false);
  if (request) return fromNames(file, head, request.labels, request.source, loadGraph);
  if (found) return fromNames(file, head, found.names, found.from, loadGraph);
  if (rowCount === 1000 || rowCount === 1001) return fromSet(file, head, labelSet('imagenet-1k'), true);
  return {
    rows: Int32Array.from({ length: rowCount }, (_, row) => row),
    classes: Array.from({ length: rowCount }, (_, row) => ({
      name: `class ${row}`,
      synset: null,
      how: 'unresolved' as const,
      candidates: [],
    })),
    dropped: [],
    labels: { set: null, assumed: false, order: null },
    notes: [`The ${rowCount} classes are only numbered; say what they are with --labels to compare them with WordNet.`],
  };
}

function fromSet(file: string, head: HeadRows, set: LabelSet, assumed: boolean): RowClasses {
  const { rows, dropped, notes } = rowsFor(file, head, set.classes.length, set.title);
  const named = set.classes.map((entry, i) => ({ ...entry, row: rows[i]! }));
  const kept = named.filter((entry) => !entry.unused);
  for (const { row } of named.filter((entry) => entry.unused)) dropped.push({ row, reason: 'has no label' });
  return {
    rows: Int32Array.from(kept, (entry) => entry.row),
    classes: kept.map((entry) => ({
      name: entry.name,
      synset: entry.synset ?? null,
      how: entry.synset ? ('label-set' as const) : ('unresolved' as const),
      candidates: [],
    })),
    dropped: byRow(dropped),
    labels: { set: set.id, assumed, order: set.id },
    notes: assumed
      ? [`Assumed ${set.title} in its usual order, since the head has ${head.classes} rows and no labels were given.`]
      : notes,
  };
}

async function fromNames(
  file: string,
  head: HeadRows,
  labels: readonly (string | LabelClass)[],
  source: string,
  loadGraph: () => Promise<WordNet>,
): Promise<RowClasses> {
  const { rows, dropped, notes } = rowsFor(file, head, labels.length, source);
  const kept: { label: string | LabelClass; row: number }[] = [];
  labels.forEach((label, i) => {
    const { name, unused } = typeof label === 'string' ? { name: label, unused: undefined } : label;
    if (unused || isUnusedLabel(name)) dropped.push({ row: rows[i]!, reason: whyUnused(name.trim(), rows[i] === 0) });
    else kept.push({ label, row: rows[i]! });
  });
  const graph = await loadGraph();
  const resolution = resolveLabels(
    graph,
    kept.map(({ label }) => (typeof label === 'string' ? className(label) : { ...label, name: className(label.name) })),
  );
  const twice = namedTwice(kept.map(({ label }) => (typeof label === 'string' ? label : label.name)));
  if (twice && !resolution.labelSet) notes.push(twice);
  const order = resolution.labelSet?.inOrder ? resolution.labelSet.id : undefined;
  return {
    rows: Int32Array.from(kept, (entry) => entry.row),
    classes: resolution.labels.map((label) => ({
      name: readableName(graph, label),
      synset: label.synset ?? null,
      how: label.how,
      candidates: label.candidates.map((candidate) => candidate.synset),
    })),
    dropped: byRow(dropped),
    labels: { set: order ?? source, assumed: false, order: order ?? 'file' },
    notes,
  };
}

/** A name of several lines is one all the same. */
function className(name: string): string {
  return oneLine(name.replace(/[\r\n\v\f\u0085\u2028\u2029]+/g, ' '));
}

/** Names that several rows have, which is more often a slip than two classes of one name; undefined without any. */
function namedTwice(names: readonly string[]): string | undefined {
  const rows = new Map<string, number[]>();
  names.forEach((name, row) => {
    const list = rows.get(name) ?? [];
    list.push(row);
    rows.set(name, list);
  });
  const repeated = [...rows].filter(([, list]) => list.length > 1);
  if (repeated.length === 0) return undefined;
  const shown = repeated
    .slice(0, 3)
    .map(([name, list]) => `${printable(name)} (rows ${list.slice(0, 4).join(', ')}${list.length > 4 ? ' …' : ''})`);
  return `${repeated.length === 1 ? 'One name is' : `${repeated.length} names are`} given to several rows: ${shown.join('; ')}${repeated.length > 3 ? ' …' : ''}. Check the order and number of the labels.`;
}

/** A list of ids says what the classes are but not how to call them: their words do. */
function readableName(graph: WordNet, { name, synset }: ResolvedLabel): string {
  return synset !== undefined && name === synset
    ? lemmasOf(graph, synsetById(graph, synset)).join(', ').replaceAll('_', ' ')
    : name;
}

/** DETR's and others' rows for ids that no class uses, and their "no object" row. */
function whyUnused(name: string, isFirst: boolean): string {
  if (name === '') return 'has no label';
  return isFirst && /^_*background_*$/i.test(name) ? 'background row' : `is labelled "${name}"`;
}

function isUnusedLabel(name: string): boolean {
  return /^(|n\/?a|none|no[ _-]?object|background|__background__)$/i.test(name.trim());
}

function byRow(dropped: RowClasses['dropped']): RowClasses['dropped'] {
  return dropped.sort((a, b) => a.row - b.row);
}

/** The head rows that `count` labels stand for; of one row more than labels, the background row is left out. */
function rowsFor(file: string, { classes: rowCount, backgroundRow }: HeadRows, count: number, labels: string) {
  const dropped: RowClasses['dropped'] = [];
  const notes: string[] = [];
  if (rowCount === count) return { rows: Int32Array.from({ length: count }, (_, i) => i), dropped, notes };
  const background = backgroundRow ?? (rowCount === 1001 ? 0 : undefined);
  if (rowCount === count + 1 && background !== undefined) {
    const isFirst = background === 0;
    dropped.push({ row: background, reason: isFirst ? 'background row' : '"no object" row' });
    if (rowCount !== 1001)
      notes.push(
        `The head has one row more than the ${count} labels; row ${background} was taken for the ${isFirst ? 'background' : 'one that means "no object"'}.`,
      );
    return { rows: Int32Array.from({ length: count }, (_, i) => (i < background ? i : i + 1)), dropped, notes };
  }
  throw new IncomparableError(`${file}: the head has ${rowCount} rows, but ${labels} has ${count} labels.`, {
    hint: 'Give labels with one line for each row of the head, in its order, or choose another head with --head.',
  });
}
