import { UsageError } from '../../base/errors.ts';
import type { LabelClass } from '../label-sets/label-sets.ts';
import type { Glosses } from '../load-wordnet.ts';
import { dottedSynset } from '../synset-name.ts';
import { findSynset, lemmasOf, type WordNet, wnidOf } from '../wordnet.ts';
import { chooseSenses } from './choose-senses.ts';
import { type LabelSetMatch, matchLabelSet, partsOf } from './match-label-set.ts';
import { speciesNames } from './scientific-names.ts';
import { senseCandidates, wordsOf } from './sense-candidates.ts';

export interface ResolveLabelsOptions {
  /** Adds each candidate's definition, for a person to judge by. */
  glosses?: Glosses;
  /** Whether a list may be recognised as one of the shipped label sets; true by default. */
  useLabelSets?: boolean;
}

export interface SynsetCandidate {
  synset: string;
  lemmas: string[];
  gloss?: string;
}

/** One class name with the synset it was resolved to, how, and which other senses it has. */
export interface ResolvedLabel extends LabelClass {
  /**
   * What gave the synset: the id itself, the whole list of its words, a shipped label set, the joint choice among the
   * name's senses, or nothing.
   */
  how: 'wnid' | 'lemmas' | 'label-set' | 'joint' | 'unresolved';
  /** What the name could stand for, the likeliest first. */
  candidates: SynsetCandidate[];
  /** Whether there is more than one candidate: worth a look by a person. */
  ambiguous: boolean;
  /** Only the last part of the name was found in WordNet: "paint can" taken as a can. */
  approximate?: true;
}

/** Class names resolved to WordNet, one entry a class in class order. */
export interface LabelResolution {
  labels: ResolvedLabel[];
  /** The shipped set that all labels belong to, and whether they are the whole of it in its order. */
  labelSet?: { id: string; title: string; inOrder: boolean };
  /** Labels with a synset, ambiguous ones, ones without a synset (unused rows are none of them). */
  resolved: number;
  ambiguous: number;
  unresolved: number;
}

/**
 * Finds the noun synset of each class name: by id; by the whole list of a synset's words ("tench, Tinca tinca"); by name
 * in a shipped label set that has all the names, in any order; else jointly, as `chooseSenses` says. Names that WordNet
 * does not have stay unresolved. The same list always gives the same answer.
 *
 * @param labels names or ids, one a class, in class order; or what `parseLabels` returns.
 * @throws UsageError for an empty list or an id that WordNet 3.0 does not have.
 */
export function resolveLabels(
  wordnet: WordNet,
  labels: readonly (string | LabelClass)[],
  { glosses, useLabelSets = true }: ResolveLabelsOptions = {},
): LabelResolution {
  if (labels.length === 0) throw new UsageError('There are no labels to resolve: the list is empty.');
  const given = labels.map((label, i) => readLabel(wordnet, label, i));
  const match = useLabelSets ? matchLabelSet(wordnet, given) : undefined;
  const senses = given.map((label, i) => sensesOfLabel(wordnet, label, match, i));
  const { choice, scores } = chooseSenses(wordnet, senses);

  const candidateOf = (synset: number): SynsetCandidate => ({
    synset: wnidOf(wordnet, synset),
    lemmas: lemmasOf(wordnet, synset),
    ...(glosses ? { gloss: glosses.of(synset) } : {}),
  });
  const resolved = given.map((label, i): ResolvedLabel => {
    const { name } = label;
    if (label.unused) return { name, unused: true, how: 'unresolved', candidates: [], ambiguous: false };
    const { synsets, how, listed, approximate } = senses[i]!;
    if (choice[i]! < 0) return { name, how: 'unresolved', candidates: [], ambiguous: false };
    const order = [...synsets.keys()].sort((a, b) => scores[i]![b]! - scores[i]![a]! || a - b);
    const likeliest = [choice[i]!, ...order.filter((k) => k !== choice[i])].map((k) => synsets[k]!);
    const candidates = [...likeliest, ...listed.filter((synset) => !likeliest.includes(synset))].map(candidateOf);
    return {
      name,
      synset: candidates[0]!.synset,
      how,
      candidates,
      ambiguous: candidates.length > 1,
      ...(approximate ? { approximate: true } : {}),
    };
  });
  return {
    labels: resolved,
    ...(match ? { labelSet: { id: match.set.id, title: match.set.title, inOrder: match.inOrder } } : {}),
    resolved: resolved.filter(({ synset }) => synset !== undefined).length,
    ambiguous: resolved.filter(({ ambiguous }) => ambiguous).length,
    unresolved: resolved.filter(({ synset, unused }) => synset === undefined && !unused).length,
  };
}

/** An id becomes the synset it is, under its words as name. */
function readLabel(wordnet: WordNet, label: string | LabelClass, i: number): LabelClass {
  const { name, synset, unused } = typeof label === 'string' ? ({ name: label } as LabelClass) : label;
  if (unused || name.trim() === 'N/A' || (synset === undefined && name.trim() === '')) return { name, unused: true };
  const id = synset ?? (/^n\d{8}$/.test(name.trim()) ? name.trim() : undefined);
  if (id === undefined) {
    const named = dottedSynset(wordnet, name.trim());
    return named === undefined
      ? { name }
      : {
          name: name
            .trim()
            .replace(/\.n\.\d+$/, '')
            .replaceAll('_', ' '),
          synset: wnidOf(wordnet, named),
        };
  }
  const found = findSynset(wordnet, id);
  if (found === undefined)
    throw new UsageError(`Label ${i}: ${JSON.stringify(id)} is not a noun synset of WordNet 3.0.`, {
      hint: 'An id is n and an eight-digit offset, such as n02084071; the ids of WordNet 3.1 do not match.',
    });
  return { name: name.trim() === id ? lemmasOf(wordnet, found).join(', ').replaceAll('_', ' ') : name, synset: id };
}

interface LabelSenses {
  name: string;
  /** Among which the joint choice is made. */
  synsets: number[];
  how: ResolvedLabel['how'];
  /** Further candidates to show, which are not chosen from. */
  listed: number[];
  approximate: boolean;
}

function sensesOfLabel(wordnet: WordNet, label: LabelClass, match: LabelSetMatch | undefined, i: number): LabelSenses {
  const { name, synset, unused } = label;
  const found = (how: ResolvedLabel['how'], synsets: number[], listed: number[] = []): LabelSenses => ({
    name,
    synsets,
    how,
    listed,
    approximate: false,
  });
  if (unused) return found('unresolved', []);
  if (synset !== undefined) return found('wnid', [findSynset(wordnet, synset)!]);
  const parts = partsOf(name);
  const listed = parts.length > 1 ? synsetsWithWords(wordnet, parts) : [];
  if (listed.length === 1) return found('lemmas', listed);
  if (match) {
    const known = (c: number): number[] => {
      const id = match.set.classes[c]!.synset;
      return id === undefined ? [] : [findSynset(wordnet, id)!];
    };
    const alternatives = match.alternatives[i]!.flatMap(known);
    return match.undecided[i]
      ? found('label-set', alternatives.length > 0 ? alternatives : known(match.classes[i]!))
      : found('label-set', known(match.classes[i]!), alternatives);
  }
  if (listed.length > 1) return found('lemmas', listed);
  // Of a list of words that no synset has whole, the first that WordNet knows speaks for it.
  const species = speciesNames(name);
  for (const [at, part] of (species.length > 0 ? species : parts).entries()) {
    const { synsets, general } = senseCandidates(wordnet, part);
    // The second word of a scientific name is none by itself.
    if (general && species.length > 0 && at === 0) continue;
    if (synsets.length > 0) return { ...found('joint', synsets), approximate: general };
  }
  return found('unresolved', []);
}

/** The synsets that have all those words; if some have no others, only these. */
function synsetsWithWords(wordnet: WordNet, words: readonly string[]): number[] {
  const wanted = new Set(words.map((word) => wordsOf(word).join(' ')));
  const wordsOfSynset = (synset: number): Set<string> =>
    new Set(lemmasOf(wordnet, synset).map((lemma) => wordsOf(lemma).join(' ')));
  const holding = [...new Set(senseCandidates(wordnet, words[0]!).synsets)].filter((synset) => {
    const own = wordsOfSynset(synset);
    return [...wanted].every((word) => own.has(word));
  });
  const exact = holding.filter((synset) => wordsOfSynset(synset).size === wanted.size);
  return exact.length > 0 ? exact : holding;
}
