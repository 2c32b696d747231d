import { cutsOfGroups, type TreeCut } from '../../measures/class-similarity/levels/tree-cut.ts';
import { ancestorsOf } from '../../semantics/ancestors.ts';
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

/** Classes below a synset against the others; undefined where all are on one side. */
function subtreeCut(graph: WordNet, classes: readonly RowClass[], subtree: string): TreeCut | undefined {
  const root = synsetById(graph, subtree);
  const name = lemmasOf(graph, root)[0]!.replaceAll('_', ' ');
  const branchOf = Int32Array.from(classes, ({ synset }) =>
    synset === null ? -1 : ancestorsOf(graph, synsetById(graph, synset)).synsets.includes(root) ? 0 : 1,
  );
  if (!branchOf.includes(0) || !branchOf.includes(1)) return undefined;
  return { name, branchOf, branches: [name, `not ${name}`] };
}
