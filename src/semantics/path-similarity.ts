import { shortestPathDistance } from './shortest-paths.ts';
import type { WordNet } from './wordnet.ts';

/** 1 / (1 + d) for a shortest path of d links: 1 for a synset with itself, in (0, 1]. */
export function pathOfDistance(distance: number): number {
  return 1 / (1 + distance);
}

/** Path similarity of two synsets, the measure behind the papers' numbers. */
export function pathSimilarity(wordnet: WordNet, a: number, b: number): number {
  return pathOfDistance(shortestPathDistance(wordnet, a, b));
}
