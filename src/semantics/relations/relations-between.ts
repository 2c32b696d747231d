import type { Glosses } from '../load-wordnet.ts';
import { synsetById, type WordNet } from '../wordnet.ts';
import { kinship, partOf } from './graph-relations.ts';
import { ambiguousNames, compoundNames, inflectedLemmas, mentions, sharedLemmas } from './name-relations.ts';
import { RELATION_KINDS, type Relation, type RelationKind } from './relation.ts';
import { createFacts, createLinksUp, distanceTo, type LinksUp, NOT_ABOVE } from './synset-facts.ts';

export interface RelationOptions {
  /** Without glosses no "mentioned" relations are found. */
  glosses?: Glosses;
  /** Ids of the classes, to tell whether an ambiguous name names another of them. */
  labelSetSynsets?: readonly (string | undefined)[];
  /** How far up the common hypernym of cousins may lie; 3 by default. */
  cousinSteps?: number;
}

/** Finds the relations of a pair of ids. */
export type RelationFinder = (a: string, b: string) => Relation[];

/**
 * A function that reports every relation WordNet supports between two synsets, each with its witness, the most specific
 * first, and remembers what it looked up: for many pairs of one label set. What WordNet has no pointer for is not
 * invented: the list may be empty.
 *
 * @throws UsageError (from the function) naming an id that WordNet does not have.
 */
export function relationFinder(
  wordnet: WordNet,
  { glosses, labelSetSynsets = [], cousinSteps = 3 }: RelationOptions = {},
): RelationFinder {
  const factsOf = createFacts(wordnet, glosses);
  const linksUp = createLinksUp(wordnet);
  const labelSet = new Set(labelSetSynsets.filter((id) => id !== undefined));
  const order = new Map<RelationKind, number>(RELATION_KINDS.map((kind, i) => [kind, i]));
  const upA = new Uint8Array(wordnet.synsetCount).fill(NOT_ABOVE);
  const upB = new Uint8Array(wordnet.synsetCount).fill(NOT_ABOVE);
  return (idA, idB) => {
    const a = factsOf(synsetById(wordnet, idA));
    const b = factsOf(synsetById(wordnet, idB));
    if (a.synset === b.synset) return [];
    mark(upA, a.above);
    mark(upB, b.above);
    const pair = { a, b, upA, upB };
    const kin = kinship(wordnet, pair, cousinSteps);
    const distance = distanceTo(upA, b.above);
    const near = distance <= 2 || kin.some(({ kind }) => kind !== 'cousins');
    const found = [...kin, ...partOf(wordnet, pair)];
    if (!near) found.push(...ambiguousNames(wordnet, pair, distance, linksUp, labelSet));
    unmark(upA, a.above);
    unmark(upB, b.above);

    const shared = sharedLemmas(a, b).map((lemma) => lemma.replaceAll('_', ' '));
    const sisters = kin.find(({ kind }) => kind === 'sisters');
    if (shared.length > 0 && sisters)
      found.push({
        kind: 'near-synonyms',
        text: `${sisters.text} and are called "${shared[0]}"`,
        synsets: sisters.synsets!,
        words: shared,
      });
    else if (shared.length > 0)
      found.push({
        kind: 'shared-name',
        text: `both are called "${shared[0]}"`,
        words: shared,
        ...(near ? {} : { labellingProblem: true }),
      });
    const inflected = inflectedLemmas(a, b)?.map((lemma) => lemma.replaceAll('_', ' '));
    if (inflected)
      found.push({
        kind: 'inflected-name',
        text: `"${inflected[1]}" is "${inflected[0]}" inflected`,
        words: inflected,
        ...(near ? {} : { labellingProblem: true }),
      });
    else if (shared.length === 0) found.push(...compoundNames(a, b));
    found.push(...mentions(a, b));
    return found
      .map((relation, i) => ({
        relation,
        key: order.get(relation.kind)! * 100 + (relation.inherited ? 50 : 0) + i / 100,
      }))
      .sort((x, y) => x.key - y.key)
      .map(({ relation }) => relation);
  };
}

function mark(marks: Uint8Array, { synsets, links }: LinksUp): void {
  for (let k = 0; k < synsets.length; k++) marks[synsets[k]!] = links[k]!;
}

function unmark(marks: Uint8Array, { synsets }: LinksUp): void {
  for (const synset of synsets) marks[synset] = NOT_ABOVE;
}

/** The relations of one pair; `relationFinder` serves many. */
export function relationsBetween(wordnet: WordNet, a: string, b: string, options: RelationOptions = {}): Relation[] {
  return relationFinder(wordnet, options)(a, b);
}
