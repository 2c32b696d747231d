import { type Matrix, select } from '../tensor/matrix.ts';
import { averageLinkage } from './average-linkage.ts';
import { optimalLeafOrder } from './optimal-leaf-order.ts';

/**
 * Arranges items so that similar ones stand together: average linkage on 1 − similarity, with optimal leaf order. Items
 * without values come last, in their own order.
 *
 * @param similarities n×n, symmetric; a row that is NaN off the diagonal has no value.
 * @returns a permutation of 0 … n−1
 */
export function similarityOrder(similarities: Matrix): Uint32Array {
  const n = similarities.rows;
  const known: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < n; i++) {
    let missing = n > 1;
    for (let j = 0; j < n && missing; j++) missing = j === i || Number.isNaN(similarities.data[i * n + j]!);
    (missing ? unknown : known).push(i);
  }
  const part = select(similarities, known);
  const distances = { ...part, data: part.data.map((value) => 1 - value) };
  const order = optimalLeafOrder(averageLinkage(distances), distances);
  return Uint32Array.from([...Array.from(order, (k) => known[k]!), ...unknown]);
}
