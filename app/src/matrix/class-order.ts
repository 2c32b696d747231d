import type { ClassOrders, OrderGroup } from '#src/study/classes-section.ts';

/** How the classes are arranged along both sides of a map. */
export interface ClassOrder {
  /** Position → class index. */
  classAt: Uint32Array;
  /** Class index → position. */
  positionOf: Uint32Array;
  /** Nested runs of classes with a common name; empty where the order has none. */
  groups: readonly OrderGroup[];
}

export const ORDER_NAMES = ['index', 'wordnet', 'cluster'] as const;
export type OrderName = (typeof ORDER_NAMES)[number];

export function orderOf(permutation: ArrayLike<number>, groups: readonly OrderGroup[] = []): ClassOrder {
  const classAt = Uint32Array.from(permutation);
  const positionOf = new Uint32Array(classAt.length);
  for (let position = 0; position < classAt.length; position++) positionOf[classAt[position]!] = position;
  return { classAt, positionOf, groups };
}

export function indexOrder(n: number): ClassOrder {
  return orderOf(Uint32Array.from({ length: n }, (_, i) => i));
}

/** Depth first through WordNet, with the groups it passes; undefined where the study has no synsets. */
export function wordnetOrder(orders: ClassOrders): ClassOrder | undefined {
  return orders.wordnet ? orderOf(orders.wordnet.order, orders.wordnet.groups) : undefined;
}
