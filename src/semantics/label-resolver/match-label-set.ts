import { LABEL_SETS, type LabelClass, type LabelSet, labelSet } from '../label-sets/label-sets.ts';
import { findSynset, lemmasOf, type WordNet } from '../wordnet.ts';
import { wordsOf } from './sense-candidates.ts';

/** A list of labels recognised as (part of) a shipped label set. */
export interface LabelSetMatch {
  set: LabelSet;
  /** Of each label the class of the set it takes, −1 for an unused row. */
  classes: Int32Array;
  /** Of each label the classes it could as well be, when more than one. */
  alternatives: readonly (readonly number[])[];
  /** Of each label whether nothing but its company can tell which of the alternatives it is. */
  undecided: readonly boolean[];
  /** Whether the labels are the set's, all of them and in its order; unused rows at the beginning do not count. */
  inOrder: boolean;
}

/**
 * The shipped label set that all labels belong to, by name or id and in any order, or undefined. Of several the one that
 * the list fills most, then the one whose order it agrees with most.
 */
export function matchLabelSet(wordnet: WordNet, labels: readonly LabelClass[]): LabelSetMatch | undefined {
  let best: LabelSetMatch | undefined;
  let bestFill = 0;
  let bestAgreement = 0;
  const keys = labels.map((label) => (label.unused || label.synset ? [] : keysOf(label.name)));
  const leading = leadingUnused(labels);
  const rows = labels.filter(({ unused }) => !unused).length;
  for (const { id } of LABEL_SETS) {
    const set = labelSet(id);
    if (rows > set.count) continue;
    const match = matchSet(wordnet, labels, keys, set);
    if (!match) continue;
    const used = match.classes.filter((c) => c >= 0).length;
    const fill = used / set.classes.filter((c) => !c.unused).length;
    const agreement = Math.max(
      match.classes.filter((c, i) => c === i).length,
      match.classes.filter((c, i) => c === i - leading).length,
    );
    if (used > 0 && (fill > bestFill || (fill === bestFill && agreement > bestAgreement))) {
      best = match;
      bestFill = fill;
      bestAgreement = agreement;
    }
  }
  return best;
}

/** How many rows at the beginning stand for no class, as the background of some TensorFlow models. */
function leadingUnused(labels: readonly LabelClass[]): number {
  const first = labels.findIndex(({ unused }) => !unused);
  return first < 0 ? labels.length : first;
}

/** The comma-separated parts of a name, each without case and without what joins its words ("hot dog" is "hotdog"). */
function keysOf(name: string): string[] {
  return partsOf(name)
    .map(keyOf)
    .filter((key) => key !== '');
}

function keyOf(part: string): string {
  return wordsOf(part.toLowerCase()).join('');
}

/** The comma-separated parts of a name. */
export function partsOf(name: string): string[] {
  return name
    .split(',')
    .map((part) => part.replaceAll('_', ' ').trim())
    .filter((part) => part !== '');
}

interface NameIndex {
  byId: Map<string, number>;
  /** All parts of the name. */
  full: Map<string, number[]>;
  first: Map<string, number[]>;
  /** Any part of the name or word of the synset. */
  any: Map<string, number[]>;
}

const indexes = new Map<string, NameIndex>();

function indexOf(wordnet: WordNet, set: LabelSet): NameIndex {
  let index = indexes.get(set.id);
  if (!index) {
    index = { byId: new Map(), full: new Map(), first: new Map(), any: new Map() };
    const add = (map: Map<string, number[]>, key: string, c: number): void => {
      const held = map.get(key);
      if (!held) map.set(key, [c]);
      else if (!held.includes(c)) held.push(c);
    };
    for (const [c, { name, synset, unused }] of set.classes.entries()) {
      if (unused) continue;
      const parts = keysOf(name);
      add(index.full, parts.join(', '), c);
      add(index.first, parts[0]!, c);
      for (const part of parts) add(index.any, part, c);
      if (!synset) continue;
      index.byId.set(synset, c);
      for (const lemma of lemmasOf(wordnet, findSynset(wordnet, synset)!)) add(index.any, keyOf(lemma), c);
    }
    indexes.set(set.id, index);
  }
  return index;
}

function matchSet(
  wordnet: WordNet,
  labels: readonly LabelClass[],
  keys: readonly (readonly string[])[],
  set: LabelSet,
): LabelSetMatch | undefined {
  const index = indexOf(wordnet, set);
  const classes = new Int32Array(labels.length).fill(-1);
  const taken = new Set<number>();
  const repeated = new Map<string, number>();
  for (const parts of keys) repeated.set(parts.join(','), (repeated.get(parts.join(',')) ?? 0) + 1);
  const cased = labels.some(({ name }) => /[A-Z]/.test(name));
  const options = labels.map((label, i): readonly number[] => {
    if (label.unused) return [];
    if (label.synset) return index.byId.has(label.synset) ? [index.byId.get(label.synset)!] : [];
    const parts = keys[i]!;
    const full = index.full.get(parts.join(', ')) ?? [];
    if (parts.length > 1) return full;
    const first = index.first.get(parts[0] ?? '') ?? [];
    // As many labels as classes of one name: they are taken in the set's order. Fewer: the one so named and no more.
    const repeats = repeated.get(parts.join(','))! > 1;
    const same = [...full, ...first.filter((c) => !full.includes(c))].sort((a, b) => (repeats ? a - b : 0));
    // "Cardigan" is the dog and "cardigan" the sweater, but only where a list keeps capitals at all.
    const exact = cased ? same.filter((c) => partsOf(set.classes[c]!.name)[0] === partsOf(label.name)[0]) : [];
    return exact.length > 0 ? exact : same;
  });
  // A word that is no class's own name serves last: it must not take a class from the label that names it.
  for (const pass of ['own', 'any'] as const) {
    for (let i = 0; i < labels.length; i++) {
      if (labels[i]!.unused || classes[i]! >= 0) continue;
      let choices = options[i]!;
      if (choices.length === 0) {
        if (labels[i]!.synset) return undefined;
        if (pass === 'own') continue;
        choices = index.any.get(keys[i]!.find((part) => index.any.has(part)) ?? '') ?? [];
      }
      const free = choices.find((c) => !taken.has(c));
      if (free === undefined) return undefined;
      classes[i] = free;
      taken.add(free);
    }
  }
  return {
    set,
    classes,
    alternatives: options.map((choices) => (choices.length > 1 ? choices : [])),
    undecided: options.map((choices, i) => {
      const fewer = (repeated.get(keys[i]!.join(',')) ?? 0) < choices.length;
      return fewer && (index.full.get(keys[i]!.join(', ')) ?? []).length !== 1;
    }),
    inOrder: [0, leadingUnused(labels)].some(
      (shift) =>
        labels.length - shift === set.count &&
        classes.every((c, i) => i < shift || c === i - shift || set.classes[i - shift]!.unused === true),
    ),
  };
}
