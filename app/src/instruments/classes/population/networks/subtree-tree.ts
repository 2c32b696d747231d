import type { WordNetExcerptRow } from '#src/study/classes-section.ts';
import type { ClassesData } from '../../classes-data.ts';

/** Fewer classes than these have no alignment. */
export const LEAST_CLASSES = 3;

/** A synset that has classes of the study below it. */
export interface Subtree {
  id: string;
  name: string;
  /** Study indices of the classes at or below it, ascending. */
  classes: number[];
  /** The next synsets below that divide its classes, those with the most first. */
  children: string[];
}

/**
 * The part of WordNet above a study's classes as a tree to choose from: synsets with at least three classes. Where one
 * has only one synset below it with the same classes, the lower one, which says more, stands for both.
 */
export function subtrees(
  data: ClassesData,
  wordnet: ReadonlyMap<string, WordNetExcerptRow>,
): { root: string | undefined; nodes: ReadonlyMap<string, Subtree> } {
  const below = new Map<string, Set<number>>();
  const links = new Map<string, Set<string>>();
  for (const { synset, index } of data.classes) {
    if (synset === null) continue;
    const queue = [synset];
    const seen = new Set(queue);
    for (const id of queue) {
      const row = wordnet.get(id);
      if (!row) continue;
      setOf(below, id).add(index);
      for (const above of row.hypernyms) {
        setOf(links, above).add(id);
        if (!seen.has(above)) {
          seen.add(above);
          queue.push(above);
        }
      }
    }
  }
  const count = (id: string): number => below.get(id)?.size ?? 0;
  const standIn = (id: string): string => {
    let at = id;
    for (;;) {
      const same = [...(links.get(at) ?? [])].filter((child) => count(child) === count(at));
      if (same.length !== 1) return at;
      at = same[0]!;
    }
  };
  const nodes = new Map<string, Subtree>();
  for (const [id, classes] of below) {
    if (classes.size < LEAST_CLASSES) continue;
    const children = new Set([...(links.get(id) ?? [])].filter((child) => count(child) >= LEAST_CLASSES).map(standIn));
    nodes.set(id, {
      id,
      name: (wordnet.get(id)!.names[0] ?? id).replaceAll('_', ' '),
      classes: [...classes].sort((a, b) => a - b),
      children: [...children].sort((a, b) => count(b) - count(a) || a.localeCompare(b)),
    });
  }
  const top = [...nodes.keys()].find((id) => wordnet.get(id)!.hypernyms.every((above) => !wordnet.has(above)));
  return { root: top && standIn(top), nodes };
}

function setOf<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  let set = map.get(key);
  if (!set) map.set(key, (set = new Set()));
  return set;
}

/** A line of the opened tree. A synset below two others has a line under each, so lines are known by their way down. */
export interface TreeLine {
  path: string;
  level: number;
  node: Subtree;
  open: boolean;
}

/** The lines that are to be seen, from the top. */
export function treeLines(
  root: string | undefined,
  nodes: ReadonlyMap<string, Subtree>,
  isOpen: (path: string) => boolean,
): TreeLine[] {
  const lines: TreeLine[] = [];
  const visit = (id: string, above: string, level: number): void => {
    const node = nodes.get(id);
    if (!node) return;
    const path = `${above}/${id}`;
    const open = node.children.length > 0 && isOpen(path);
    lines.push({ path, level, node, open });
    if (open) for (const child of node.children) visit(child, path, level + 1);
  };
  if (root !== undefined) visit(root, '', 1);
  return lines;
}

/** The way down to a synset, as the paths of the lines above it; undefined when the tree does not show it. */
export function pathTo(
  root: string | undefined,
  nodes: ReadonlyMap<string, Subtree>,
  wanted: string,
): string | undefined {
  const visit = (id: string, above: string): string | undefined => {
    const path = `${above}/${id}`;
    if (id === wanted) return path;
    for (const child of nodes.get(id)?.children ?? []) {
      const found = visit(child, path);
      if (found) return found;
    }
    return undefined;
  };
  return root === undefined ? undefined : visit(root, '');
}
