import { UsageError } from '../errors.ts';
import type { Matrix } from '../tensor/matrix.ts';

/** Two clusters that become one. Items are 0 … n−1; the k-th merge makes cluster n + k, as in SciPy's linkage matrix. */
export interface Merge {
  /** The merged clusters, `left` < `right`. */
  left: number;
  right: number;
  /** Mean distance between the members of the two. */
  distance: number;
  /** Items in the new cluster. */
  size: number;
}

/**
 * Agglomerative clustering by average linkage (UPGMA, Sokal & Michener 1958): n − 1 merges in order of distance. The
 * nearest-neighbour chain (Benzécri 1982) gives it in O(n²) time.
 *
 * @param distances n×n, symmetric, without NaN; only the part below the diagonal is read.
 * @throws UsageError when the matrix is not square or has a NaN.
 */
export function averageLinkage(distances: Matrix): Merge[] {
  const n = distances.rows;
  if (distances.cols !== n)
    throw new UsageError(`Clustering needs a square matrix of distances, not ${n}×${distances.cols}.`);
  const d = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const value = distances.data[i * n + j]!;
      if (Number.isNaN(value)) throw new UsageError(`Clustering needs a distance for every pair; ${i} and ${j} have none.`);
      d[i * n + j] = d[j * n + i] = value;
    }

  const size = new Uint32Array(n).fill(1);
  const merges: { a: number; b: number; distance: number }[] = [];
  const chain: number[] = [];
  let start = 0;
  while (merges.length < n - 1) {
    if (chain.length === 0) {
      while (size[start] === 0) start++;
      chain.push(start);
    }
    const tip = chain.at(-1)!;
    // The cluster before the tip wins ties, so that the chain ends.
    let nearest = chain.at(-2) ?? -1;
    let least = nearest < 0 ? Number.POSITIVE_INFINITY : d[tip * n + nearest]!;
    for (let j = 0; j < n; j++)
      if (size[j] !== 0 && j !== tip && d[tip * n + j]! < least) {
        least = d[tip * n + j]!;
        nearest = j;
      }
    if (nearest !== chain.at(-2)) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    merges.push({ a: tip, b: nearest, distance: least });
    join(d, size, n, Math.min(tip, nearest), Math.max(tip, nearest));
  }
  return label(merges, n);
}

/** Puts the union of two clusters in the place of `to`; `from` is gone. */
function join(d: Float64Array, size: Uint32Array, n: number, from: number, to: number): void {
  const [a, b] = [size[from]!, size[to]!];
  for (let j = 0; j < n; j++)
    if (size[j] !== 0 && j !== from && j !== to)
      d[to * n + j] = d[j * n + to] = (a * d[from * n + j]! + b * d[to * n + j]!) / (a + b);
  size[to] = a + b;
  size[from] = 0;
}

/** Sorts the merges by distance and names clusters by the merge that made them. */
function label(merges: { a: number; b: number; distance: number }[], n: number): Merge[] {
  const parent = Int32Array.from({ length: 2 * n - 1 }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  const size = new Uint32Array(2 * n - 1).fill(1);
  return merges
    .map((merge, k) => ({ ...merge, k }))
    .sort((x, y) => x.distance - y.distance || x.k - y.k)
    .map(({ a, b, distance }, k) => {
      const [first, second] = [root(a), root(b)];
      const made = n + k;
      parent[first] = parent[second] = made;
      size[made] = size[first]! + size[second]!;
      return { left: Math.min(first, second), right: Math.max(first, second), distance, size: size[made]! };
    });
}
