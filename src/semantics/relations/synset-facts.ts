import type { Glosses } from '../load-wordnet.ts';
import { lemmasOf, type WordNet, wnidOf } from '../wordnet.ts';
import { createStemmer } from './stem.ts';

/** What the relations of a synset are told by, computed once. */
export interface SynsetFacts {
  synset: number;
  id: string;
  /** The usual word, with spaces. */
  name: string;
  /** Words with underscores, lower-case. */
  lemmas: string[];
  /** Links up to each ancestor, itself at 0, nearest first. */
  above: ReadonlyMap<number, number>;
  /** Stems of each lemma, and of the gloss when glosses are at hand, each between spaces. */
  lemmaStems: string[];
  glossStems: string | undefined;
}

/** A function that gives a synset's facts and remembers them. */
export function createFacts(wordnet: WordNet, glosses: Glosses | undefined): (synset: number) => SynsetFacts {
  const known = new Map<number, SynsetFacts>();
  const stemsOf = createStemmer();
  return (synset) => {
    let facts = known.get(synset);
    if (!facts) {
      const words = lemmasOf(wordnet, synset);
      const lemmas = words.map((word) => word.toLowerCase());
      facts = {
        synset,
        id: wnidOf(wordnet, synset),
        name: words[0]!.replaceAll('_', ' '),
        lemmas,
        above: linksUp(wordnet, synset),
        lemmaStems: lemmas.map((lemma) => ` ${stemsOf(lemma.replaceAll('_', ' ')).join(' ')} `),
        glossStems: glosses && ` ${stemsOf(glosses.of(synset)).join(' ')} `,
      };
      known.set(synset, facts);
    }
    return facts;
  };
}

/** Breadth first, so every ancestor has its shortest distance. */
function linksUp(wordnet: WordNet, synset: number): Map<number, number> {
  const found = new Map([[synset, 0]]);
  for (const [from, links] of found) {
    for (let i = wordnet.hypernymStart[from]!; i < wordnet.hypernymStart[from + 1]!; i++) {
      const above = wordnet.hypernyms[i]!;
      if (!found.has(above)) found.set(above, links + 1);
    }
  }
  return found;
}

/** A function that gives a synset's links up, remembered; for synsets of which nothing else is asked. */
export function createLinksUp(wordnet: WordNet): (synset: number) => ReadonlyMap<number, number> {
  const known = new Map<number, ReadonlyMap<number, number>>();
  return (synset) => {
    let links = known.get(synset);
    if (!links) known.set(synset, (links = linksUp(wordnet, synset)));
    return links;
  };
}

/** Length of the shortest path between two synsets, from their links up. */
export function distanceBetween(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [synset, links] of a) {
    const other = b.get(synset);
    if (other !== undefined && links + other < least) least = links + other;
  }
  return least;
}
