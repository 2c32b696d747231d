import { rankTransform } from '../../../kernels/rank-transform/rank-transform.ts';
import { orderBy } from './norm-order.ts';

/**
 * Greedy matching as the paper defines it: rows in descending order of norm (ties by index), each takes the largest free
 * entry of its row. Rows that find no free column get −1. O(rows × columns).
 */
export function greedyMatching(
  affinity: Float32Array | Float64Array,
  rows: number,
  columns: number,
  rowNorms: ArrayLike<number>,
): Int32Array {
  const held = new Int32Array(rows).fill(-1);
  takeGreedily(affinity, columns, orderBy(rowNorms, 'descending'), new Uint8Array(columns), held);
  return held;
}

/** Lets the given rows, in this order, take the best column that is not `taken`; ties go to the lower index. */
export function takeGreedily(
  affinity: Float32Array | Float64Array,
  columns: number,
  order: ArrayLike<number>,
  taken: Uint8Array,
  held: Int32Array,
): void {
  for (let k = 0; k < order.length; k++) {
    const row = order[k]!;
    const from = row * columns;
    let best = -1;
    for (let j = 0; j < columns; j++)
      if (!taken[j] && (best < 0 || affinity[from + j]! > affinity[from + best]!)) best = j;
    if (best < 0) return;
    taken[best] = 1;
    held[row] = best;
  }
}

/**
 * Takes the largest entry whose row and column are both free until one side is used up; ties by position. Needs no norms
 * and comes closer to the optimum than `greedyMatching` on smooth maps.
 */
export function globalGreedyMatching(affinity: Float32Array | Float64Array, rows: number, columns: number): Int32Array {
  const held = new Int32Array(rows).fill(-1);
  const taken = new Uint8Array(columns);
  let left = Math.min(rows, columns);
  const { order } = rankTransform(affinity.map((value) => -value));
  for (let k = 0; left > 0; k++) {
    const at = order[k]!;
    const row = Math.floor(at / columns);
    const column = at - row * columns;
    if (held[row]! >= 0 || taken[column]) continue;
    held[row] = column;
    taken[column] = 1;
    left--;
  }
  return held;
}
