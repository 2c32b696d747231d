import { UsageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { ancestorsOf } from '../../semantics/ancestors.ts';
import { classesBelow } from '../../semantics/tree-similarity.ts';
import { lemmasOf, synsetById, type WordNet } from '../../semantics/wordnet.ts';
import type { Reference } from './references.ts';
import type { RowClass } from './row-classes.ts';
import { ANIMALS } from './tree-cuts.ts';

/** How a subtree of WordNet is named; anything else is a node of a tree among the references. */
export const SYNSET_ID = /^n\d{8}$/;

/** Classes below a node, which `--subtree` names. */
export interface Subtree {
  /** The node's synset; null for a node of a tree of one's own. */
  synset: string | null;
  name: string;
  /** Study indices, ascending. */
  at: number[];
}

/** @throws UsageError for a subtree that is neither a WordNet id nor a node of a tree among the references. */
export function checkSubtree(subtree: string | undefined, references: readonly Reference[]): void {
  if (subtree === undefined || SYNSET_ID.test(subtree)) return;
  const trees = references.flatMap(({ tree }) => tree ?? []);
  if (trees.some(({ nodes }) => nodes.has(subtree))) return;
  const nearest = nearestName(
    subtree,
    trees.flatMap(({ nodes }) => [...nodes].map((node) => [node, node] as const)),
  );
  throw new UsageError(
    `--subtree ${subtree}: is neither a WordNet id such as ${ANIMALS} nor a node of a tree given with --reference.${nearest ? ` Did you mean ${nearest}?` : ''}`,
  );
}

/** The classes below a synset or a node, itself included; undefined when fewer than three are. */
export function subtreeClasses(
  subtree: string,
  classes: readonly RowClass[],
  graph: WordNet | undefined,
  references: readonly Reference[],
): Subtree | undefined {
  const tree = references.find((reference) => reference.tree?.nodes.has(subtree))?.tree;
  if (tree) return ofThree({ synset: null, name: subtree, at: classesBelow(tree, subtree) });
  if (!graph || !SYNSET_ID.test(subtree)) return undefined;
  const root = synsetById(graph, subtree);
  const at = classes.flatMap(({ synset }, i) =>
    synset !== null && ancestorsOf(graph, synsetById(graph, synset)).synsets.includes(root) ? [i] : [],
  );
  return ofThree({ synset: subtree, name: lemmasOf(graph, root)[0]!.replaceAll('_', ' '), at });
}

function ofThree(subtree: Subtree): Subtree | undefined {
  return subtree.at.length < 3 ? undefined : subtree;
}
