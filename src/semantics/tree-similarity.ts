import { FormatError } from '../base/errors.ts';
import type { Matrix64 } from '../tensor/matrix.ts';

/** A tree that the user brings, with the place of each class in it. */
export interface ClassTree {
  /** Of each class its node and that one's ancestors, nearest first; undefined for a class that is not in the tree. */
  paths: (readonly string[] | undefined)[];
  /** Every node of the tree. */
  nodes: ReadonlySet<string>;
}

/**
 * Reads a tree and finds the classes in it.
 *
 * @param file Name of the tree's file, for messages.
 * @param edges [child, parent] pairs.
 * @param classes The names each class may have in the tree.
 * @throws FormatError when a child has two parents, or the edges run in a circle.
 */
export function classTree(
  file: string,
  edges: readonly (readonly [string, string])[],
  classes: readonly (readonly string[])[],
): ClassTree {
  const parents = new Map<string, string>();
  const nodes = new Set<string>();
  for (const [child, parent] of edges) {
    nodes.add(child).add(parent);
    const other = parents.get(child);
    if (other !== undefined && other !== parent)
      throw new FormatError(
        `${file}: ${JSON.stringify(child)} has two parents, ${JSON.stringify(other)} and ${JSON.stringify(parent)}; a tree gives each one.`,
      );
    parents.set(child, parent);
  }
  const paths = classes.map((names) => {
    const node = names.find((name) => nodes.has(name));
    return node === undefined ? undefined : pathToRoot(file, node, parents);
  });
  return { paths, nodes };
}

/**
 * Path similarity 1 / (1 + d) in a tree, for label sets WordNet does not know; d counts the edges between two nodes.
 * Several roots are taken to meet in one root above them.
 *
 * @returns C×C, symmetric; NaN for a class that is not in the tree.
 */
export function treePathSimilarity({ paths }: ClassTree): Matrix64 {
  const count = paths.length;
  const data = new Float64Array(count * count).fill(Number.NaN);
  paths.forEach((path, i) => {
    if (!path) return;
    const heights = new Map(path.map((node, height) => [node, height]));
    for (let j = 0; j < count; j++) {
      const other = paths[j];
      if (!other) continue;
      const meeting = other.findIndex((node) => heights.has(node));
      const distance = meeting < 0 ? path.length + other.length : heights.get(other[meeting]!)! + meeting;
      data[i * count + j] = 1 / (1 + distance);
    }
  });
  return { rows: count, cols: count, data };
}

/** Classes at or below a node of a tree, ascending. */
export function classesBelow({ paths }: ClassTree, node: string): number[] {
  return paths.flatMap((path, i) => (path?.includes(node) ? [i] : []));
}

/** The node and its ancestors, nearest first. */
function pathToRoot(file: string, node: string, parents: ReadonlyMap<string, string>): string[] {
  const path: string[] = [];
  const seen = new Set<string>();
  for (let here: string | undefined = node; here !== undefined; here = parents.get(here)) {
    if (seen.has(here))
      throw new FormatError(`${file}: ${JSON.stringify(here)} is its own ancestor; a tree has no circles.`);
    seen.add(here);
    path.push(here);
  }
  return path;
}
