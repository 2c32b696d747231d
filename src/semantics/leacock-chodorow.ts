import { shortestPathDistance } from './shortest-paths.ts';
import type { WordNet } from './wordnet.ts';

/** Depth of the noun taxonomy of WordNet 3.0 as NLTK counts it: the longest path up has 19 links. */
const TAXONOMY_DEPTH = 19;

/** −ln((d + 1) / (2 · 19)) for a shortest path of d links (Leacock & Chodorow 1998); 3.64 for a synset with itself. */
export function leacockChodorowOfDistance(distance: number): number {
  return -Math.log((distance + 1) / (2 * TAXONOMY_DEPTH));
}

/** Leacock–Chodorow similarity of two synsets, as NLTK computes it. */
export function leacockChodorow(wordnet: WordNet, a: number, b: number): number {
  return leacockChodorowOfDistance(shortestPathDistance(wordnet, a, b));
}
