import { cutsOfGroups, type NestedGroup, type TreeCut } from '../../measures/class-similarity/levels/tree-cut.ts';
import { ancestorsOf } from '../../semantics/ancestors.ts';
import { type ClassTree, classesBelow } from '../../semantics/tree-similarity.ts';
import { lemmasOf, synsetById, type WordNet } from '../../semantics/wordnet.ts';
import { wordnetOrder } from '../../semantics/wordnet-order.ts';
import type { RowClass } from './row-classes.ts';

/** animal.n.01: the split of the papers, which alone explains most of many an alignment. */
export const ANIMALS = 'n00015388';

/** The cuts of WordNet that an alignment is looked at by: one subtree against all else, then level by level. */
export function wordnetCuts(graph: WordNet, classes: readonly RowClass[], subtree: string = ANIMALS): TreeCut[] {
  const { order, groups, unresolvedStart } = wordnetOrder(
    graph,
    classes.map(({ synset }) => synset ?? undefined),
  );
  const cuts = cutsOfGroups(order, groups, unresolvedStart);
  const split = subtreeCut(graph, classes, subtree);
  return split ? [split, ...cuts] : cuts;
}

/** The cuts of a tree that the user brings: one subtree against all else where one was asked for, then level by level. */
export function ownTreeCuts(tree: ClassTree, subtree: string | undefined): TreeCut[] {
  const { paths } = tree;
  const known = [...paths.keys()].filter((i) => paths[i]);
  const order: number[] = [];
  const groups = nest(known, 0);
  const rest = [...paths.keys()].filter((i) => !paths[i]);
  const cuts = cutsOfGroups([...order, ...rest], groups, known.length);
  if (subtree === undefined || !tree.nodes.has(subtree)) return cuts;
  const below = new Set(classesBelow(tree, subtree));
  if (below.size === 0 || below.size === known.length) return cuts;
  const branchOf = Int32Array.from(paths, (path, i) => (path ? (below.has(i) ? 0 : 1) : -1));
  return [{ kind: 'split', name: subtree, branchOf, branches: [subtree, `not ${subtree}`] }, ...cuts];

  /** Groups of the classes that share a node at so many steps below the root; places classes as it goes. */
  function nest(classes: readonly number[], depth: number): NestedGroup[] {
    const byNode = new Map<string, number[]>();
    const own: number[] = [];
    for (const i of classes) {
      const path = paths[i]!;
      // The last node is the class itself.
      if (path.length - 1 <= depth) own.push(i);
      else {
        const node = path.at(-1 - depth)!;
        byNode.set(node, [...(byNode.get(node) ?? []), i]);
      }
    }
    const nested = [...byNode].map(([name, members]) => {
      const start = order.length;
      const children = nest(members, depth + 1);
      return { name, start, end: order.length, children };
    });
    order.push(...own);
    return nested;
  }
}

/** Classes below a synset against the others; undefined where all are on one side. */
function subtreeCut(graph: WordNet, classes: readonly RowClass[], subtree: string): TreeCut | undefined {
  const root = synsetById(graph, subtree);
  const name = lemmasOf(graph, root)[0]!.replaceAll('_', ' ');
  const branchOf = Int32Array.from(classes, ({ synset }) =>
    synset === null ? -1 : ancestorsOf(graph, synsetById(graph, synset)).synsets.includes(root) ? 0 : 1,
  );
  if (!branchOf.includes(0) || !branchOf.includes(1)) return undefined;
  return { kind: 'split', name, branchOf, branches: [name, `not ${name}`] };
}
