import type { ClassOrders } from '#src/study/classes-section.ts';
import { type GroupNode, nestGroups } from '../../../matrix/group-bands.ts';

/** As many as there are colours that can be told apart. */
const MOST = 8;

/** Branches of WordNet that the classes fall into, the largest first, and the place of each class among them. */
export interface Branches {
  names: string[];
  of: (number | undefined)[];
}

/** Share of the classes that a branch has at least, to be worth a colour of its own. */
const LEAST_SHARE = 0.03;

/** The largest branches: the widest groups are taken apart while fewer are worth a colour than there are colours. */
export function classBranches(orders: ClassOrders, classes: number): Branches {
  const { wordnet } = orders;
  const of = new Array<number | undefined>(classes).fill(undefined);
  if (!wordnet) return { names: [], of };
  let groups = nestGroups(wordnet.groups, classes);
  const isWorthIt = ({ start, end }: GroupNode): boolean => end - start >= LEAST_SHARE * classes;
  for (;;) {
    const [widest] = groups.filter(({ children }) => children.some(isWorthIt)).sort(bySize);
    if (!widest) break;
    const next = groups.flatMap((group) => (group === widest ? widest.children : [group]));
    if (next.filter(isWorthIt).length > MOST) break;
    groups = next;
  }
  const shown = groups.filter(isWorthIt).sort(bySize).slice(0, MOST);
  shown.forEach(({ start, end }, g) => {
    for (let position = start; position < end; position++) of[wordnet.order[position]!] = g;
  });
  // Two branches may be called alike; the legend tells them apart by their order.
  return {
    names: shown.map(({ name }, g) =>
      shown.findIndex((other) => other.name === name) === g ? name : `${name} (${g + 1})`,
    ),
    of,
  };
}

function bySize(a: GroupNode, b: GroupNode): number {
  return b.end - b.start - (a.end - a.start);
}
