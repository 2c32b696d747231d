import type { OrderGroup } from '#src/study/classes-section.ts';
import { type ClassOrder, orderOf } from '../../../matrix/class-order.ts';

export const IMAGE_ORDERS = ['index', 'label', 'cluster'] as const;
export type ImageOrderName = (typeof IMAGE_ORDERS)[number];

/** Images with one label side by side, labels by the alphabet, images without one at the end; a group for each label. */
export function labelOrder(labels: readonly (string | undefined)[]): ClassOrder {
  const order = labels
    .map((label, i) => ({ label, i }))
    .sort((a, b) => {
      if (a.label === b.label) return a.i - b.i;
      if (a.label === undefined) return 1;
      if (b.label === undefined) return -1;
      return a.label.localeCompare(b.label, 'en', { numeric: true });
    });
  const groups: OrderGroup[] = [];
  order.forEach(({ label }, position) => {
    if (label === undefined) return;
    const last = groups.at(-1);
    if (last?.name === label) groups[groups.length - 1] = { ...last, end: position + 1 };
    else groups.push({ name: label, synset: label, depth: 1, start: position, end: position + 1 });
  });
  return orderOf(
    order.map(({ i }) => i),
    groups,
  );
}
