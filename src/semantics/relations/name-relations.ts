import { singularsOf } from '../inflection.ts';
import { lemmaText, type WordNet, wnidOf } from '../wordnet.ts';
import type { Relation } from './relation.ts';
import { distanceTo, type FactsPair, type LinksUp, type SynsetFacts } from './synset-facts.ts';

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
 * other class and nearer to it than the class itself does; or as near, where the lemma holds a name of the other class (tiger –
 * tiger cat): then the images may have been gathered under the wrong sense. A sense that is merely as near explains
 * nothing: that a big cat is a cat too does not bring the cat closer to the dog.
 */
export function ambiguousNames(
  wordnet: WordNet,
  { a, b, upA, upB }: FactsPair,
  distance: number,
  linksUp: (synset: number) => LinksUp,
  labelSet: ReadonlySet<string>,
): Relation[] {
  return [
    ...ambiguousName(wordnet, a, b, upB, distance, linksUp, labelSet),
    ...ambiguousName(wordnet, b, a, upA, distance, linksUp, labelSet),
  ];
}

function ambiguousName(
  wordnet: WordNet,
  one: SynsetFacts,
  other: SynsetFacts,
  aboveOther: Uint8Array,
  distance: number,
  linksUp: (synset: number) => LinksUp,
  labelSet: ReadonlySet<string>,
): Relation[] {
  let nearest = -1;
  let least = NEAR + 1;
  let word = -1;
  for (const [k, lemma] of one.lemmaIndices.entries()) {
    const farthest = holdsName(one.lemmaParts[k]!, other) ? distance : distance - 1;
    for (let i = wordnet.senseStart[lemma]!; i < wordnet.senseStart[lemma + 1]!; i++) {
      const sense = wordnet.senses[i]!;
      if (sense === one.synset || sense === other.synset) continue;
      if (wordnet.lexFiles[sense] !== wordnet.lexFiles[other.synset]) continue;
      const length = distanceTo(aboveOther, linksUp(sense));
      if (length >= least || length > farthest) continue;
      least = length;
      nearest = sense;
      word = lemma;
    }
  }
  if (nearest < 0) return [];
  const id = wnidOf(wordnet, nearest);
  const text = lemmaText(wordnet, word).replaceAll('_', ' ');
  return [
    {
      kind: 'ambiguous-name',
      text: `"${text}" also names ${id}, ${least < distance ? 'nearer to' : 'as near to'} ${other.name}`,
      synsets: [id],
      words: [text],
      inLabelSet: labelSet.has(id),
      labellingProblem: true,
    },
  ];
}

function holdsName(parts: string, other: SynsetFacts): boolean {
  return other.lemmaParts.some((inner) => parts.includes(inner));
}

/** A lemma of one that is a compound of a whole lemma of the other: ski – ski mask. */
export function compoundNames(a: SynsetFacts, b: SynsetFacts): Relation[] {
  const found = compoundOf(a, b) ?? compoundOf(b, a);
  return found ? [found] : [];
}

function compoundOf(one: SynsetFacts, other: SynsetFacts): Relation | undefined {
  for (let i = 0; i < one.lemmas.length; i++) {
    for (let k = 0; k < other.lemmas.length; k++) {
      const inner = one.lemmaParts[i]!;
      const whole = other.lemmaParts[k]!;
      if (whole.length <= inner.length || !whole.includes(inner)) continue;
      const words = [one.lemmas[i]!, other.lemmas[k]!].map((word) => word.replaceAll('_', ' '));
      return { kind: 'compound-name', text: `"${words[1]}" is a compound of "${words[0]}"`, words };
    }
  }
  return undefined;
}

/** Lemmas that in a gloss are all but always something else. */
const FUNCTION_WORDS = new Set(
  'a am an are as at be being by can could do does go have he her i in it may me might must no on or out so some take us will'.split(
    ' ',
  ),
);

/** Lemmas of one whose stems stand in the other's gloss, in a row; either way round. */
export function mentions(a: SynsetFacts, b: SynsetFacts): Relation[] {
  const found: Relation[] = [];
  addMention(a, b, found);
  addMention(b, a, found);
  return found;
}

function addMention(one: SynsetFacts, other: SynsetFacts, found: Relation[]): void {
  const { gloss } = other;
  if (!gloss) return;
  // Looking for the beginning first spares the stemming of most glosses.
  const words = one.lemmas.filter(
    (lemma, i) =>
      gloss.includes(one.lemmaBeginnings[i]!) &&
      !FUNCTION_WORDS.has(lemma) &&
      other.glossStems().includes(one.lemmaStems()[i]!),
  );
  if (words.length === 0) return;
  const spaced = words.map((word) => word.replaceAll('_', ' '));
  found.push({ kind: 'mentioned', text: `the gloss of ${other.name} mentions "${spaced[0]}"`, words: spaced });
}
