import type { ClassOrders, OrderGroup } from 'semblance';

/** How the classes are arranged along both sides of a map. */
export interface ClassOrder {
  /** Position → class index. */
  classAt: Uint32Array;
  /** Class index → position. */
  positionOf: Uint32Array;
  /** Nested runs of classes with a common name; empty where the order has none. */
  groups: readonly OrderGroup[];
}

export type OrderName = 'index' | 'wordnet' | 'cluster';

function fromPermutation(permutation: ArrayLike<number>, groups: readonly OrderGroup[] = []): ClassOrder {
  const classAt = Uint32Array.from(permutation);
  const positionOf = new Uint32Array(classAt.length);
  for (let position = 0; position < classAt.length; position++) positionOf[classAt[position]!] = position;
  return { classAt, positionOf, groups };
}

/** The order of that name, or undefined where the study does not hold it; `model` owns the clustering. */
export function classOrder(name: OrderName, orders: ClassOrders, n: number, model: string): ClassOrder | undefined {
  if (name === 'wordnet') return orders.wordnet ? fromPermutation(orders.wordnet.order, orders.wordnet.groups) : undefined;
  if (name === 'cluster') return orders.cluster[model] ? fromPermutation(orders.cluster[model].order) : undefined;
  return fromPermutation(Uint32Array.from({ length: n }, (_, i) => i));
}
