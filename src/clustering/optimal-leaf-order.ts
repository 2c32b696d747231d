import type { Matrix } from '../tensor/matrix.ts';
import type { Merge } from './average-linkage.ts';

/**
 * The order of the leaves of a clustering in which the sum of the distances of neighbours is least, among all orders
 * that keep every cluster together (Bar-Joseph, Gifford & Jaakkola 2001). O(n³) time, O(n²) memory.
 *
 * @param merges what `averageLinkage` gave for `distances`
 * @returns n items, first to last
 */
export function optimalLeafOrder(merges: readonly Merge[], distances: Matrix): Uint32Array {
  const n = merges.length + 1;
  if (n < 3) return Uint32Array.from({ length: n }, (_, i) => i);
  const distance = (i: number, j: number): number => distances.data[i * n + j]!;
  /** Least cost of a cluster whose outer leaves are i and j; each pair is outermost in one cluster only. */
  const cost = new Float64Array(n * n);
  /** The inner leaves m and k of that best order: i … m | k … j. */
  const innerOf = new Int32Array(n * n).fill(-1);
  const leaves: Int32Array[] = Array.from({ length: n }, (_, i) => Int32Array.of(i));
  /** Leaves that can be the other end when a given leaf is one end: those of the sibling below. */
  const children: ([number, number] | undefined)[] = new Array(n).fill(undefined);

  for (const [step, { left, right }] of merges.entries()) {
    const [inLeft, inRight] = [leaves[left]!, leaves[right]!];
    // Per leaf u of the left: cost of reaching leaf k of the right, over the best inner leaf m of the left.
    const reach = new Float64Array(inLeft.length * inRight.length);
    const via = new Int32Array(reach.length);
    inLeft.forEach((u, a) => {
      const ends = otherEnds(u, left, leaves, children);
      for (let b = 0; b < inRight.length; b++) {
        const k = inRight[b]!;
        let least = Number.POSITIVE_INFINITY;
        let best = -1;
        for (let e = 0; e < ends.length; e++) {
          const m = ends[e]!;
          const value = cost[u * n + m]! + distance(m, k);
          if (value < least) {
            least = value;
            best = m;
          }
        }
        reach[a * inRight.length + b] = least;
        via[a * inRight.length + b] = best;
      }
    });
    const indexInRight = new Map(Array.from(inRight, (k, b) => [k, b]));
    for (const w of inRight) {
      const ends = Int32Array.from(otherEnds(w, right, leaves, children), (k) => indexInRight.get(k)!);
      for (let a = 0; a < inLeft.length; a++) {
        let least = Number.POSITIVE_INFINITY;
        let best = -1;
        for (let e = 0; e < ends.length; e++) {
          const value = reach[a * inRight.length + ends[e]!]! + cost[inRight[ends[e]!]! * n + w]!;
          if (value < least) {
            least = value;
            best = ends[e]!;
          }
        }
        const u = inLeft[a]!;
        cost[u * n + w] = cost[w * n + u] = least;
        innerOf[u * n + w] = via[a * inRight.length + best]!;
        innerOf[w * n + u] = inRight[best]!;
      }
    }
    const all = new Int32Array(inLeft.length + inRight.length);
    all.set(inLeft);
    all.set(inRight, inLeft.length);
    leaves[n + step] = all;
    children[n + step] = [left, right];
  }
  return trace(merges, leaves, children, cost, innerOf, n);
}

/** The leaves that can stand at the other end of a cluster with `leaf` at one end; of a single leaf, itself. */
function otherEnds(
  leaf: number,
  cluster: number,
  leaves: readonly Int32Array[],
  children: readonly ([number, number] | undefined)[],
): Int32Array {
  const below = children[cluster];
  if (!below) return leaves[cluster]!;
  return leaves[below[0]]!.includes(leaf) ? leaves[below[1]]! : leaves[below[0]]!;
}

/** Walks the best choices down from the root. */
function trace(
  merges: readonly Merge[],
  leaves: readonly Int32Array[],
  children: readonly ([number, number] | undefined)[],
  cost: Float64Array,
  innerOf: Int32Array,
  n: number,
): Uint32Array {
  const rootMerge = merges.at(-1)!;
  let ends: [number, number] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (const u of leaves[rootMerge.left]!)
    for (const w of leaves[rootMerge.right]!)
      if (cost[u * n + w]! < least) {
        least = cost[u * n + w]!;
        ends = [u, w];
      }
  const order: number[] = [];
  const open: { cluster: number; first: number; last: number }[] = [
    { cluster: 2 * n - 2, first: ends[0], last: ends[1] },
  ];
  while (open.length > 0) {
    const { cluster, first, last } = open.pop()!;
    const below = children[cluster];
    if (!below) {
      order.push(cluster);
      continue;
    }
    const [near, far] = leaves[below[0]]!.includes(first) ? below : [below[1], below[0]];
    open.push({ cluster: far, first: innerOf[last * n + first]!, last });
    open.push({ cluster: near, first, last: innerOf[first * n + last]! });
  }
  return Uint32Array.from(order);
}
