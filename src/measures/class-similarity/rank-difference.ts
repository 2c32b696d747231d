import { IncomparableError } from '../../base/errors.ts';
import { averageRanks } from '../../statistics/ranks.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';

/**
 * Where each pair of classes stands among all pairs: 0 for the least similar pair, 1 for the most similar, ties at their
 * average rank. It puts matrices of different scales, such as cosines and path similarities, on one.
 * @param matrix C×C similarities; NaN entries have no rank.
 * @returns C×C shares; the diagonal is 1, entries without a rank are NaN.
 */
export function similarityRanks(matrix: Matrix32): Matrix32 {
  const { rows: n, data } = matrix;
  const held = new Float32Array(n * Math.max(0, n - 1));
  let count = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const x = data[i * n + j]!;
      if (i !== j && !Number.isNaN(x)) held[count++] = x;
    }
  const ranks = averageRanks(held.subarray(0, count));
  const out = new Float32Array(n * n);
  let k = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const x = data[i * n + j]!;
      if (i === j) out[i * n + j] = 1;
      else out[i * n + j] = Number.isNaN(x) ? Number.NaN : (ranks[k++]! - 1) / Math.max(1, count - 1);
    }
  return { rows: n, cols: n, data: out };
}

/**
 * How differently two matrices rank each pair: `similarityRanks(a) − similarityRanks(b)`, from −1 (only `b` holds the
 * pair similar) to 1 (only `a` does), 0 on the diagonal, NaN where either has no value.
 * @throws IncomparableError when the matrices differ in size.
 */
export function rankDifference(a: Matrix32, b: Matrix32): Matrix32 {
  if (a.rows !== b.rows || a.cols !== b.cols)
    throw new IncomparableError(
      `The matrices to compare have ${a.rows} and ${b.rows} classes; they must have the same classes in the same order.`,
    );
  const out = similarityRanks(a);
  const other = similarityRanks(b).data;
  for (let i = 0; i < out.data.length; i++) out.data[i] = out.data[i]! - other[i]!;
  return out;
}

/** A pair of classes that two matrices rank differently. */
export interface DifferentPair {
  /** Class indices, `first` < `second`. */
  first: number;
  second: number;
  /** Rank share in `a` minus rank share in `b`, −1 … 1. */
  difference: number;
}

/**
 * The pairs above the diagonal with the largest absolute rank difference, largest first, ties in order of index.
 * @param difference what `rankDifference` gave
 */
export function mostDifferentPairs(difference: Matrix32, limit = 100): DifferentPair[] {
  const n = difference.rows;
  const found: DifferentPair[] = [];
  let least = 0;
  const order = (x: DifferentPair, y: DifferentPair): number =>
    Math.abs(y.difference) - Math.abs(x.difference) || x.first - y.first || x.second - y.second;
  for (let first = 0; first < n; first++)
    for (let second = first + 1; second < n; second++) {
      const value = difference.data[first * n + second]!;
      if (!(Math.abs(value) > least)) continue;
      found.push({ first, second, difference: value });
      // Sorted and cut back only when the list has doubled, so that the cost stays linear in the pairs.
      if (found.length >= 2 * limit + 64) {
        found.sort(order).length = limit;
        least = Math.abs(found.at(-1)!.difference);
      }
    }
  return found.sort(order).slice(0, limit);
}
