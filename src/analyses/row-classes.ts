import type { ClassIdentity } from '../class-similarity/shared-classes.ts';
import { IncomparableError } from '../errors.ts';
import { LABEL_SETS, type LabelSet, labelSet } from '../semantics/label-sets/label-sets.ts';
import { type ResolvedLabel, resolveLabels } from '../semantics/resolver/resolve-labels.ts';
import type { WordNet } from '../semantics/wordnet.ts';

/** What the caller knows about a model's classes. */
export type LabelsRequest =
  | { kind: 'set'; id: string }
  /** Names, wnids or lemma lists in row order, with the name of the file they came from. */
  | { kind: 'names'; source: string; names: readonly string[] };

/** A class of a model: what it is and how that was found. */
export interface RowClass extends ClassIdentity {
  how: ResolvedLabel['how'];
  candidates: string[];
}

/** Which class each row of a head stands for. */
export interface RowClasses {
  /** Rows of the head that have a class, in row order. */
  rows: Int32Array;
  classes: RowClass[];
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
 * @param rowCount Rows of the head.
 * @param loadGraph Gives the WordNet graph; called only when names have to be looked up.
 * @throws IncomparableError when the number of labels fits neither the rows nor the rows without a background row.
 */
export async function classesOfRows(
  file: string,
  rowCount: number,
  request: LabelsRequest | undefined,
  fileNames: readonly string[] | undefined,
  loadGraph: () => Promise<WordNet>,
): Promise<RowClasses> {
  if (request?.kind === 'set') return fromSet(file, rowCount, await labelSet(request.id), false);
  if (request) return fromNames(file, rowCount, request.names, request.source, loadGraph);
  if (fileNames) return fromNames(file, rowCount, fileNames, 'file', loadGraph);
  if (rowCount === 1000 || rowCount === 1001) return fromSet(file, rowCount, await labelSet('imagenet-1k'), true);
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

function fromSet(file: string, rowCount: number, set: LabelSet, assumed: boolean): RowClasses {
  const { rows, dropped } = rowsFor(file, rowCount, set.classes.length, set.title);
  const named = set.classes.map((entry, i) => ({ ...entry, row: rows[i]! }));
  const kept = named.filter((entry) => entry.name !== '');
  for (const { row } of named.filter((entry) => entry.name === '')) dropped.push({ row, reason: 'has no label' });
  return {
    rows: Int32Array.from(kept, (entry) => entry.row),
    classes: kept.map((entry) => ({
      name: entry.name,
      synset: entry.synset ?? null,
      how: entry.synset ? ('label-set' as const) : ('unresolved' as const),
      candidates: [],
    })),
    dropped,
    labels: { set: set.id, assumed, order: set.id },
    notes: assumed
      ? [`Assumed ${set.title} in its usual order, since the head has ${rowCount} rows and no labels were given.`]
      : [],
  };
}

async function fromNames(
  file: string,
  rowCount: number,
  names: readonly string[],
  source: string,
  loadGraph: () => Promise<WordNet>,
): Promise<RowClasses> {
  const { rows, dropped } = rowsFor(file, rowCount, names.length, source === 'file' ? 'the file itself' : source);
  const kept: { name: string; row: number }[] = [];
  names.forEach((name, i) => {
    if (isUnusedLabel(name))
      dropped.push({ row: rows[i]!, reason: name.trim() === '' ? 'has no label' : `is labelled "${name.trim()}"` });
    else kept.push({ name, row: rows[i]! });
  });
  const resolution = await resolveLabels(
    await loadGraph(),
    kept.map((entry) => entry.name),
  );
  const order = await knownOrder(resolution.map((label) => label.synset ?? null));
  return {
    rows: Int32Array.from(kept, (entry) => entry.row),
    classes: resolution.map((label) => ({
      name: label.name,
      synset: label.synset ?? null,
      how: label.how,
      candidates: label.candidates.map((candidate) => candidate.synset),
    })),
    dropped,
    labels: { set: order?.id ?? (source === 'file' ? 'file' : source), assumed: false, order: order?.id ?? 'file' },
    notes: [],
  };
}

/** DETR's and others' rows for ids that no class uses, and their "no object" row. */
function isUnusedLabel(name: string): boolean {
  return /^(|n\/?a|none|no[ _-]?object|background|__background__)$/i.test(name.trim());
}

/** The head rows that `count` labels stand for; a head with one row more has a background row, by TF's custom row 0. */
function rowsFor(file: string, rowCount: number, count: number, labels: string) {
  const dropped: { row: number; reason: string }[] = [];
  if (rowCount === count) return { rows: Int32Array.from({ length: count }, (_, i) => i), dropped };
  if (rowCount === 1001 && count === 1000) {
    dropped.push({ row: 0, reason: 'background row' });
    return { rows: Int32Array.from({ length: count }, (_, i) => i + 1), dropped };
  }
  throw new IncomparableError(`${file}: the head has ${rowCount} rows, but ${labels} has ${count} labels.`, {
    hint: 'Give labels with one line for each row of the head, in its order, or choose another head with --head.',
  });
}

/** The shipped label set whose synsets stand in exactly this order, if one does. */
async function knownOrder(synsets: readonly (string | null)[]): Promise<LabelSet | undefined> {
  for (const { id, count } of LABEL_SETS) {
    if (count !== synsets.length) continue;
    const set = await labelSet(id);
    if (set.classes.every((entry, i) => entry.synset !== undefined && entry.synset === synsets[i])) return set;
  }
  return undefined;
}
