import type { Linkage } from './linkage.ts';

/** A merge as it is drawn: a bracket from the position of one side to that of the other, at a height. */
export interface DendrogramMerge {
  /** Positions along the leaf axis: a leaf lies on its place in the order, a cluster half-way between its two sides. */
  from: number;
  to: number;
  /** Heights at which the two sides were made, 0 for a leaf. */
  fromHeight: number;
  toHeight: number;
  height: number;
  /** Places of its leaves in the order: from `first` to `last`, both included. */
  first: number;
  last: number;
}

/** The leaves from left to right with lower-numbered clusters first: SciPy's `leaves_list`. */
export function leafOrder(linkage: Linkage): Uint32Array {
  const { n, left, right } = linkage;
  const order = new Uint32Array(n);
  const open = [2 * n - 2];
  let place = 0;
  while (open.length > 0) {
    const cluster = open.pop()!;
    if (cluster < n) order[place++] = cluster;
    else open.push(right[cluster - n]!, left[cluster - n]!);
  }
  return order;
}

/** The merges of a linkage, lowest first, laid out over an order of its leaves that does not cross. */
export function dendrogram(linkage: Linkage, order: ArrayLike<number> = leafOrder(linkage)): DendrogramMerge[] {
  const { n, left, right, heights } = linkage;
  const place = new Uint32Array(n);
  for (let k = 0; k < n; k++) place[order[k]!] = k;
  const merges: DendrogramMerge[] = [];
  const side = (cluster: number) => {
    if (cluster < n) return { at: place[cluster]!, height: 0, first: place[cluster]!, last: place[cluster]! };
    const { from, to, height, first, last } = merges[cluster - n]!;
    return { at: (from + to) / 2, height, first, last };
  };
  for (let k = 0; k < n - 1; k++) {
    const sides = [side(left[k]!), side(right[k]!)].sort((a, b) => a.at - b.at);
    const [a, b] = sides as [ReturnType<typeof side>, ReturnType<typeof side>];
    merges.push({
      from: a.at,
      to: b.at,
      fromHeight: a.height,
      toHeight: b.height,
      height: heights[k]!,
      first: Math.min(a.first, b.first),
      last: Math.max(a.last, b.last),
    });
  }
  return merges;
}
