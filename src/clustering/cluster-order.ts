import type { LongTask } from '../base/progress.ts';
import { type Matrix, select } from '../tensor/matrix.ts';
import { leafOrder } from './dendrogram.ts';
import { averageLinkage, type Linkage } from './linkage.ts';
import { optimalLeafOrder } from './optimal-leaf-order.ts';

export interface ClusterOrder {
  /** Every index once: clustered ones first, in the order of the leaves, then those without values. */
  order: Uint32Array;
  /** Indices that were clustered, ascending: leaf k of the linkage is clustered[k]. */
  clustered: Uint32Array;
  /** Null when fewer than two indices have values. */
  linkage: Linkage | null;
}

export interface ClusterOrderOptions extends LongTask {
  /** False leaves out the optimal leaf order, which takes O(n³): the leaves come as the linkage has them. */
  optimal?: boolean;
}

/**
 * An order in which similar things stand together: average linkage on 1 − similarity, leaves in the optimal order.
 * Things without any value (their row is NaN) come last.
 */
export function clusterOrder(similarity: Matrix, options: ClusterOrderOptions = {}): ClusterOrder {
  const n = similarity.rows;
  const hasValue = (i: number): boolean => {
    for (let j = 0; j < n; j++) if (j !== i && !Number.isNaN(similarity.data[i * n + j]!)) return true;
    return false;
  };
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  const clustered = all.filter(hasValue);
  if (clustered.length < 2) return { order: all, clustered, linkage: null };
  const kept = select(similarity, clustered);
  const distances = { ...kept, data: Float64Array.from(kept.data, (value) => 1 - value) };
  const linkage = averageLinkage(distances);
  const leaves = options.optimal === false ? leafOrder(linkage) : optimalLeafOrder(distances, linkage, options);
  const present = new Set(clustered);
  const rest = all.filter((i) => !present.has(i));
  return { order: Uint32Array.of(...leaves.map((leaf) => clustered[leaf]!), ...rest), clustered, linkage };
}
