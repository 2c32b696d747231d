import { UsageError } from '../base/errors.ts';
import type { Matrix } from '../tensor/matrix.ts';

/**
 * An agglomerative clustering of n things in n − 1 merges, lowest first: SciPy's linkage matrix by columns. Clusters
 * 0 … n−1 are the things themselves, cluster n + k is what merge k made.
 */
export interface Linkage {
  /** How many things were clustered. */
  n: number;
  /** The two clusters that each merge joins, the lower number in `left`. */
  left: Uint32Array;
  right: Uint32Array;
  /** Distance between the two. */
  heights: Float64Array;
  /** Things in what the merge made. */
  sizes: Uint32Array;
}

/**
 * Average linkage (UPGMA) of a symmetric matrix of distances (n × n): the distance of two clusters is the mean over
 * their pairs. By chains of nearest neighbours, O(n²) (Murtagh 1983; Müllner 2011), with the numbering of SciPy's
 * `linkage(…, 'average')`.
 *
 * @throws UsageError when the matrix is not square, has fewer than two rows, or a distance is not finite.
 */
export function averageLinkage(distances: Matrix): Linkage {
  const n = distances.rows;
  if (n !== distances.cols) throw new UsageError(`Clustering needs a square matrix; found ${n}×${distances.cols}.`);
  if (n < 2) throw new UsageError(`Clustering needs at least two things; found ${n}.`);
  const d = Float64Array.from(distances.data);
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++)
      if (!Number.isFinite(d[i * n + j]!))
        throw new UsageError(`Clustering needs finite distances; between ${i} and ${j} it is ${d[i * n + j]}.`);
  return numbered(n, nearestNeighbourChain(d, n));
}

interface Merges {
  /** A member of each side; the sides themselves are found when the merges are in order. */
  a: Uint32Array;
  b: Uint32Array;
  heights: Float64Array;
}

/** Merges in the order the chain finds them. A cluster is kept in the row of its member with the highest index. */
function nearestNeighbourChain(d: Float64Array, n: number): Merges {
  const merges = { a: new Uint32Array(n - 1), b: new Uint32Array(n - 1), heights: new Float64Array(n - 1) };
  const sizes = new Uint32Array(n).fill(1);
  const chain = new Uint32Array(n);
  let length = 0;
  let firstAlive = 0;
  for (let k = 0; k < n - 1; k++) {
    if (length === 0) {
      while (sizes[firstAlive] === 0) firstAlive++;
      chain[length++] = firstAlive;
    }
    let x = chain[length - 1]!;
    let y = 0;
    let nearest = 0;
    for (;;) {
      // The element before wins ties, so that the chain ends.
      const before = length > 1 ? chain[length - 2]! : -1;
      y = before;
      nearest = before < 0 ? Number.POSITIVE_INFINITY : d[x * n + before]!;
      for (let i = 0; i < n; i++) {
        if (sizes[i]! > 0 && i !== x && d[x * n + i]! < nearest) {
          nearest = d[x * n + i]!;
          y = i;
        }
      }
      if (y === before) break;
      chain[length++] = y;
      x = y;
    }
    length -= 2;
    if (x > y) [x, y] = [y, x];
    merges.a[k] = x;
    merges.b[k] = y;
    merges.heights[k] = nearest;
    const sizeX = sizes[x]!;
    const sizeY = sizes[y]!;
    sizes[x] = 0;
    for (let i = 0; i < n; i++) {
      if (sizes[i] === 0 || i === y) continue;
      const mean = (sizeX * d[x * n + i]! + sizeY * d[y * n + i]!) / (sizeX + sizeY);
      d[y * n + i] = mean;
      d[i * n + y] = mean;
    }
    sizes[y] = sizeX + sizeY;
  }
  return merges;
}

/** Sorts merges by height (stable) and names each side by the cluster it is by then. */
function numbered(n: number, { a, b, heights }: Merges): Linkage {
  const order = Uint32Array.from(heights.keys()).sort((p, q) => heights[p]! - heights[q]! || p - q);
  const linkage: Linkage = {
    n,
    left: new Uint32Array(n - 1),
    right: new Uint32Array(n - 1),
    heights: new Float64Array(n - 1),
    sizes: new Uint32Array(n - 1),
  };
  const parent = Uint32Array.from({ length: 2 * n - 1 }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  const sizeOf = (cluster: number): number => (cluster < n ? 1 : linkage.sizes[cluster - n]!);
  order.forEach((merge, k) => {
    const x = root(a[merge]!);
    const y = root(b[merge]!);
    linkage.left[k] = Math.min(x, y);
    linkage.right[k] = Math.max(x, y);
    linkage.heights[k] = heights[merge]!;
    linkage.sizes[k] = sizeOf(x) + sizeOf(y);
    parent[x] = parent[y] = n + k;
  });
  return linkage;
}
