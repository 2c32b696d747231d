/** Classes divided into branches of a tree: at one of its levels, or into those below a node and the others. */
export interface TreeCut {
  /** A level of the whole tree, or a split of it at one node. A node may be called like a level. */
  kind: 'level' | 'split';
  /** "level 2", or the node that splits, such as "animal". */
  name: string;
  /** Branch of each class; −1 for a class that is not in the tree. */
  branchOf: Int32Array;
  branches: string[];
}

/** A group of neighbouring classes in an order, with groups within it. */
export interface NestedGroup {
  name: string;
  start: number;
  end: number;
  children: readonly NestedGroup[];
}

/** Deepest level that is cut at: below, branches are few classes each. */
const MOST_LEVELS = 8;

/**
 * The cuts of a tree of groups, from the first that has two branches down. A group that is not divided as far as the
 * level stands for itself, a class outside all groups is a branch of its own.
 * @param order classes in the order of the groups
 * @param known so many classes of the order are in the tree; the others follow
 */
export function cutsOfGroups(order: ArrayLike<number>, groups: readonly NestedGroup[], known: number): TreeCut[] {
  const cuts: TreeCut[] = [];
  let level: readonly NestedGroup[] = groups;
  while (cuts.length < MOST_LEVELS) {
    const cut = cutAt(`level ${cuts.length + 1}`, order, level, known);
    const before = cuts.at(-1);
    if (cut.branches.length > 1 && cut.branches.length !== before?.branches.length) cuts.push(cut);
    if (!level.some(({ children }) => children.length > 0)) break;
    // Classes of a group that lie in none of its children become branches of their own.
    level = level.flatMap((group) => (group.children.length === 0 ? [group] : group.children));
  }
  return cuts;
}

function cutAt(name: string, order: ArrayLike<number>, groups: readonly NestedGroup[], known: number): TreeCut {
  const branchOf = new Int32Array(order.length).fill(-1);
  const branches: string[] = [];
  const groupAt = new Map(groups.map((group) => [group.start, group]));
  for (let at = 0; at < known; ) {
    const group = groupAt.get(at);
    const end = group ? group.end : at + 1;
    for (let k = at; k < end; k++) branchOf[order[k]!] = branches.length;
    branches.push(group?.name ?? '');
    at = end;
  }
  return { kind: 'level', name, branchOf, branches };
}
