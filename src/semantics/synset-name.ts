import { lemmaText, sensesOf, type WordNet } from './wordnet.ts';

/** The conventional name of a synset: its first word, the part of speech and which sense of that word it is ("dog.n.01"). */
export function synsetName(wordnet: WordNet, synset: number): string {
  const lemma = wordnet.words[wordnet.wordStart[synset]!]!;
  let sense = 0;
  for (let i = wordnet.senseStart[lemma]!; wordnet.senses[i] !== synset; i++) sense++;
  return `${lemmaText(wordnet, lemma)}.n.${String(sense + 1).padStart(2, '0')}`;
}

/** Order of two synsets by name, character by character. */
export function compareSynsetNames(wordnet: WordNet, a: number, b: number): number {
  const left = synsetName(wordnet, a);
  const right = synsetName(wordnet, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The synset that a conventional name stands for: the second sense of the noun "dog" for "dog.n.02". Any word of a synset
 * may name it ("automobile.n.01" is car.n.01). Undefined for other texts and for senses that are not there.
 */
export function dottedSynset(wordnet: WordNet, name: string): number | undefined {
  const found = /^(\S+)\.n\.(\d{1,3})$/.exec(name);
  if (!found) return undefined;
  return sensesOf(wordnet, found[1]!.toLowerCase())[Number(found[2]) - 1];
}
