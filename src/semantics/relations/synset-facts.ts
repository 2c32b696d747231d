import type { Glosses } from '../load-wordnet.ts';
import { lemmasOf, type WordNet, wnidOf } from '../wordnet.ts';
import { createStemmer } from './stem.ts';

/** A synset and all above it, nearest first, with the links up to each. */
export interface LinksUp {
  synsets: number[];
  links: number[];
}

/** What the relations of a synset are told by, computed once. */
export interface SynsetFacts {
  synset: number;
  id: string;
  /** The usual word, with spaces. */
  name: string;
  /** Words with underscores, lower-case, and their indices in WordNet. */
  lemmas: string[];
  lemmaIndices: Uint32Array;
  above: LinksUp;
  /** The parts of each lemma, each between underscores. */
  lemmaParts: string[];
  /** What every inflection of each lemma's first word begins with. */
  lemmaBeginnings: string[];
  /** The stems of each lemma, each between spaces; like those of the gloss, seldom needed. */
  lemmaStems: () => string[];
  /** The gloss, lower-case, when glosses are at hand. */
  gloss: string | undefined;
  /** The stems of the gloss, each between spaces. */
  glossStems: () => string;
}

/** A function that gives a synset's facts and remembers them. */
export function createFacts(wordnet: WordNet, glosses: Glosses | undefined): (synset: number) => SynsetFacts {
  const known = new Map<number, SynsetFacts>();
  const stemsOf = createStemmer();
  return (synset) => {
    let facts = known.get(synset);
    if (!facts) {
      const gloss = glosses?.of(synset).toLowerCase();
      let glossStems: string | undefined;
      const words = lemmasOf(wordnet, synset);
      const lemmas = words.map((word) => word.toLowerCase());
      let lemmaStems: string[] | undefined;
      facts = {
        synset,
        id: wnidOf(wordnet, synset),
        name: words[0]!.replaceAll('_', ' '),
        lemmas,
        lemmaIndices: wordnet.words.subarray(wordnet.wordStart[synset]!, wordnet.wordStart[synset + 1]!),
        above: linksUp(wordnet, synset),
        lemmaParts: lemmas.map((lemma) => `_${lemma.replaceAll('-', '_')}_`),
        lemmaBeginnings: lemmas.map((lemma) => /^[^_-]{0,3}/.exec(lemma)![0].slice(0, lemma.length > 4 ? 3 : 2)),
        lemmaStems: () => (lemmaStems ??= lemmas.map((lemma) => ` ${stemsOf(lemma.replaceAll('_', ' ')).join(' ')} `)),
        gloss,
        glossStems: () => (glossStems ??= ` ${stemsOf(gloss ?? '').join(' ')} `),
      };
      known.set(synset, facts);
    }
    return facts;
  };
}

/** Breadth first, so every ancestor has its shortest distance. */
function linksUp(wordnet: WordNet, synset: number): LinksUp {
  const synsets = [synset];
  const links = [0];
  for (let k = 0; k < synsets.length; k++) {
    const from = synsets[k]!;
    for (let i = wordnet.hypernymStart[from]!; i < wordnet.hypernymStart[from + 1]!; i++) {
      const above = wordnet.hypernyms[i]!;
      if (synsets.includes(above)) continue;
      synsets.push(above);
      links.push(links[k]! + 1);
    }
  }
  return { synsets, links };
}

/** A function that gives a synset's links up, remembered; for synsets of which nothing else is asked. */
export function createLinksUp(wordnet: WordNet): (synset: number) => LinksUp {
  const known = new Map<number, LinksUp>();
  return (synset) => {
    let links = known.get(synset);
    if (!links) known.set(synset, (links = linksUp(wordnet, synset)));
    return links;
  };
}

/** Marks of what is not above a synset. */
export const NOT_ABOVE = 255;

/** Two synsets and, of every synset of WordNet, how far it lies above the first and above the second. */
export interface FactsPair {
  a: SynsetFacts;
  b: SynsetFacts;
  upA: Uint8Array;
  upB: Uint8Array;
}

/** Length of the shortest path from a synset to the one whose marks are given. */
export function distanceTo(marks: Uint8Array, { synsets, links }: LinksUp): number {
  let least = 2 * NOT_ABOVE;
  for (let k = 0; k < synsets.length; k++) least = Math.min(least, marks[synsets[k]!]! + links[k]!);
  return least;
}
