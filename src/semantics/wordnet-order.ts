import { lemmasOf, synsetById, type WordNet, wnidOf } from './wordnet.ts';

/** A run of neighbouring classes below one synset, in the order for display. */
export interface WordNetGroup {
  /** The synset's usual word, with spaces. */
  name: string;
  synset: string;
  /** Links below entity.n.01 along the tree of the order. */
  depth: number;
  /** The classes at positions start … end − 1 of the order. */
  start: number;
  end: number;
  children: WordNetGroup[];
}

export interface WordNetOrder {
  /** The class at each position. */
  order: Uint32Array;
  /** Outermost groups; each has at least two classes, and no two have the same classes. */
  groups: WordNetGroup[];
  /** From this position on come the classes without a synset, in index order. */
  unresolvedStart: number;
}

interface TreeNode {
  synset: number;
  depth: number;
  classes: number[];
  children: TreeNode[];
}

/**
 * Orders classes depth-first through the noun graph, siblings by name, so that animals and artefacts form blocks. Where
 * a synset has several hypernyms it is placed below the first that the database lists. A class that is a kind above
 * others comes before them; classes of one synset stay in index order; classes without a synset come last.
 *
 * @param synsets of each class its id of WordNet 3.0, or undefined.
 * @throws UsageError naming an id that WordNet does not have.
 */
export function wordnetOrder(wordnet: WordNet, synsets: readonly (string | undefined)[]): WordNetOrder {
  const nodes = new Map<number, TreeNode>();
  const roots: TreeNode[] = [];
  const unresolved: number[] = [];
  const place = (synset: number): TreeNode => {
    let node = nodes.get(synset);
    if (!node) {
      node = { synset, depth: 0, classes: [], children: [] };
      nodes.set(synset, node);
      const at = wordnet.hypernymStart[synset]!;
      if (at === wordnet.hypernymStart[synset + 1]) roots.push(node);
      else {
        const parent = place(wordnet.hypernyms[at]!);
        node.depth = parent.depth + 1;
        parent.children.push(node);
      }
    }
    return node;
  };
  for (const [i, id] of synsets.entries()) {
    if (id === undefined) unresolved.push(i);
    else place(synsetById(wordnet, id)).classes.push(i);
  }

  const order: number[] = [];
  const nameOf = (node: TreeNode): string => lemmasOf(wordnet, node.synset)[0]!.replaceAll('_', ' ');
  const visit = (node: TreeNode): WordNetGroup[] => {
    const start = order.length;
    order.push(...node.classes);
    const children = sortByName(node.children, nameOf).flatMap(visit);
    const end = order.length;
    const only = children[0];
    // Of synsets with the same classes below them, the most specific names the group.
    if (end - start < 2 || (only?.start === start && only.end === end)) return children;
    return [{ name: nameOf(node), synset: wnidOf(wordnet, node.synset), depth: node.depth, start, end, children }];
  };
  const groups = sortByName(roots, nameOf).flatMap(visit);
  const unresolvedStart = order.length;
  return { order: Uint32Array.from([...order, ...unresolved]), groups, unresolvedStart };
}

/** By name without regard to case, then by synset: the same on every machine, whatever its language. */
function sortByName(nodes: readonly TreeNode[], nameOf: (node: TreeNode) => string): TreeNode[] {
  return nodes
    .map((node) => ({ node, key: nameOf(node).toLowerCase() }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.node.synset - b.node.synset))
    .map(({ node }) => node);
}

/**
 * The groups at a nesting level (0: the outermost): what a bar beside a map shows. A group that is not divided that far
 * stands for itself.
 */
export function groupsAtLevel(groups: readonly WordNetGroup[], level: number): WordNetGroup[] {
  if (level <= 0) return [...groups];
  return groups.flatMap((group) => (group.children.length === 0 ? [group] : groupsAtLevel(group.children, level - 1)));
}
