import type { Matrix } from '../../tensor/matrix.ts';
import { nearestNeighbour } from './neighbours.ts';

/** A class and its closest neighbour. */
export interface ClosestPair {
  class: number;
  neighbour: number;
  similarity: number;
  /** The neighbour's own closest neighbour is this class. */
  mutual: boolean;
}

export interface ClosestPairsOptions {
  /** Fold a mutual pair, which otherwise stands twice, into its first mention (the lower class first). */
  unique?: boolean;
}

/**
 * The Closest Neighbour Pair Ranking (CNPR) of Filus & Domańska: each class with its most similar other class (ties by
 * index), the pairs sorted by that similarity, most similar first, ties by class. Classes without values have no pair.
 */
export function closestPairs(matrix: Matrix, options: ClosestPairsOptions = {}): ClosestPair[] {
  const nearest = Array.from({ length: matrix.rows }, (_, i) => nearestNeighbour(matrix, i));
  const pairs: ClosestPair[] = [];
  for (const [index, found] of nearest.entries()) {
    if (!found) continue;
    const mutual = nearest[found.class]?.class === index;
    if (options.unique && mutual && found.class < index) continue;
    pairs.push({ class: index, neighbour: found.class, similarity: found.similarity, mutual });
  }
  return pairs.sort((a, b) => b.similarity - a.similarity || a.class - b.class);
}
