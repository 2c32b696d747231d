import { ancestorsOf, createDepths } from './ancestors.ts';
import type { Glosses } from './load-wordnet.ts';
import { hypernymsOf, lemmasOf, synsetById, type WordNet, wnidOf } from './wordnet.ts';

/** One synset, as a study keeps it. */
export interface ExcerptSynset {
  id: string;
  /** Its words with spaces, the most usual first. */
  names: string[];
  gloss: string;
  /** Ids of its direct hypernyms, all of them in the excerpt. */
  hypernyms: string[];
  /** Links below entity.n.01 along the shortest path. */
  depth: number;
}

/**
 * The classes and all their ancestors as plain JSON, by ascending id: what a study or an exported page carries in place
 * of the whole of WordNet. Classes without a synset are passed over.
 *
 * @throws UsageError naming an id that WordNet does not have.
 */
export function wordnetExcerpt(
  wordnet: WordNet,
  glosses: Glosses,
  synsets: readonly (string | undefined)[],
): ExcerptSynset[] {
  const wanted = new Set<number>();
  for (const id of synsets)
    if (id !== undefined)
      for (const synset of ancestorsOf(wordnet, synsetById(wordnet, id)).synsets) wanted.add(synset);
  const depths = createDepths(wordnet);
  return [...wanted]
    .sort((a, b) => a - b)
    .map((synset) => ({
      id: wnidOf(wordnet, synset),
      names: lemmasOf(wordnet, synset).map((lemma) => lemma.replaceAll('_', ' ')),
      gloss: glosses.of(synset),
      hypernyms: Array.from(hypernymsOf(wordnet, synset), (above) => wnidOf(wordnet, above)),
      depth: depths(synset).min,
    }));
}
