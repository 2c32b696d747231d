import { singularsOf } from '../inflection.ts';
import { sensesOf, type WordNet, wnidOf } from '../wordnet.ts';
import type { Relation } from './relation.ts';
import { distanceBetween, type SynsetFacts } from './synset-facts.ts';

/** Lemmas that two synsets have in common, with underscores. */
export function sharedLemmas(a: SynsetFacts, b: SynsetFacts): string[] {
  return a.lemmas.filter((lemma) => b.lemmas.includes(lemma));
}

/** Pairs of lemmas that are equal but for inflection, the inflected one second. */
export function inflectedLemmas(a: SynsetFacts, b: SynsetFacts): [string, string] | undefined {
  for (const one of a.lemmas) {
    for (const other of b.lemmas) {
      // The inflections told of keep the first letter; most pairs part here.
      if (one === other || one.charCodeAt(0) !== other.charCodeAt(0)) continue;
      if (other.length > one.length && singularsOf(other).includes(one)) return [one, other];
      if (one.length > other.length && singularsOf(one).includes(other)) return [other, one];
    }
  }
  return undefined;
}

/** How near the other sense of a name must lie to the other class to be worth a look: a shortest path of 5 links. */
const NEAR = 5;

/**
 * A lemma of one class that also names another synset, of the other class's own lexicographer file, which lies near the
 * other class and at most as far from it as the class itself does: then the images may have been gathered under the
 * wrong sense.
 */
export function ambiguousNames(
  wordnet: WordNet,
  a: SynsetFacts,
  b: SynsetFacts,
  linksUp: (synset: number) => ReadonlyMap<number, number>,
  labelSet: ReadonlySet<string>,
): Relation[] {
  const distance = distanceBetween(a.above, b.above);
  const found: Relation[] = [];
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const relation = ambiguousName(wordnet, one, other, distance, linksUp, labelSet);
    if (relation) found.push(relation);
  }
  return found;
}

function ambiguousName(
  wordnet: WordNet,
  one: SynsetFacts,
  other: SynsetFacts,
  distance: number,
  linksUp: (synset: number) => ReadonlyMap<number, number>,
  labelSet: ReadonlySet<string>,
): Relation | undefined {
  let nearest = -1;
  let least = Math.min(distance, NEAR) + 1;
  let word = '';
  for (const lemma of one.lemmas) {
    for (const sense of sensesOf(wordnet, lemma)) {
      if (sense === one.synset || sense === other.synset) continue;
      if (wordnet.lexFiles[sense] !== wordnet.lexFiles[other.synset]) continue;
      const length = distanceBetween(linksUp(sense), other.above);
      if (length >= least) continue;
      least = length;
      nearest = sense;
      word = lemma;
    }
  }
  if (nearest < 0) return undefined;
  const id = wnidOf(wordnet, nearest);
  const text = word.replaceAll('_', ' ');
  return {
    kind: 'ambiguous-name',
    text: `"${text}" also names ${id}, ${least < distance ? 'nearer to' : 'as near to'} ${other.name}`,
    synsets: [id],
    words: [text],
    inLabelSet: labelSet.has(id),
    labellingProblem: true,
  };
}

/** A lemma of one that is a compound of a whole lemma of the other: ski – ski mask. */
export function compoundNames(a: SynsetFacts, b: SynsetFacts): Relation[] {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const lemma of one.lemmas) {
      const inner = `_${lemma.replaceAll('-', '_')}_`;
      const compound = other.lemmas.find((word) => {
        const whole = `_${word.replaceAll('-', '_')}_`;
        return whole.length > inner.length && whole.includes(inner);
      });
      if (compound === undefined) continue;
      const words = [lemma, compound].map((word) => word.replaceAll('_', ' '));
      return [{ kind: 'compound-name', text: `"${words[1]}" is a compound of "${words[0]}"`, words }];
    }
  }
  return [];
}

/** Lemmas that in a gloss are all but always something else. */
const FUNCTION_WORDS = new Set(
  'a am an are as at be being by can could do does go have he her i in it may me might must no on or out so some take us will'.split(
    ' ',
  ),
);

/** A lemma of one whose stems stand in the other's gloss, in a row. */
export function mentions(a: SynsetFacts, b: SynsetFacts): Relation[] {
  const found: Relation[] = [];
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (other.glossStems === undefined) continue;
    const words = one.lemmas.filter(
      (lemma, i) => !FUNCTION_WORDS.has(lemma) && other.glossStems!.includes(one.lemmaStems[i]!),
    );
    if (words.length === 0) continue;
    const spaced = words.map((word) => word.replaceAll('_', ' '));
    found.push({ kind: 'mentioned', text: `the gloss of ${other.name} mentions "${spaced[0]}"`, words: spaced });
  }
  return found;
}
