import type { WordNetExcerptRow } from '#src/study/classes-section.ts';
import type { ClassesData } from '../classes-data.ts';
import { pathFromRoot } from '../wordnet-path.ts';

/** One line of the tree around a class. */
export interface TreeLine {
  id: string;
  name: string;
  gloss: string;
  /** Indentation. */
  depth: number;
  /** Classes of the study at or below it. */
  classes: number;
  /** Index of the class that this synset is, where it is one. */
  index: number | undefined;
  kind: 'ancestor' | 'self' | 'relative';
}

/** Relatives are listed below the nearest ancestor that has at least this many classes. */
const ENOUGH_RELATIVES = 3;

/**
 * The way from WordNet's root to a class, and around it the other classes of the study below its nearest ancestor that
 * has some.
 */
export function treeAround(
  data: ClassesData,
  wordnet: ReadonlyMap<string, WordNetExcerptRow>,
  synset: string,
): TreeLine[] {
  const classOf = new Map(data.classes.flatMap((row) => (row.synset ? [[row.synset, row.index] as const] : [])));
  const below = classesBelow(wordnet, classOf);
  const path = pathFromRoot(wordnet, synset);
  if (path.length === 0) return [];
  const line = (row: WordNetExcerptRow, depth: number, kind: TreeLine['kind']): TreeLine => ({
    id: row.id,
    name: row.names[0] ?? row.id,
    gloss: row.gloss,
    depth,
    classes: below.get(row.id)?.size ?? 0,
    index: classOf.get(row.id),
    kind,
  });
  const lines = path.map((row, depth) => line(row, depth, depth === path.length - 1 ? 'self' : 'ancestor'));
  // From the parent upwards, the first ancestor with enough classes below it shows them.
  let host = path.length - 2;
  while (host > 0 && (below.get(path[host]!.id)?.size ?? 0) < ENOUGH_RELATIVES) host--;
  if (host < 0) return lines;
  const relatives = [...(below.get(path[host]!.id) ?? [])]
    .filter((index) => data.classes[index]!.synset !== synset)
    .map((index) => ({
      ...line(wordnet.get(data.classes[index]!.synset!)!, host + 1, 'relative'),
      name: data.names[index]!,
      index,
    }));
  return [...lines, ...relatives];
}

/** For each synset the classes at or below it. */
function classesBelow(
  wordnet: ReadonlyMap<string, WordNetExcerptRow>,
  classOf: ReadonlyMap<string, number>,
): Map<string, Set<number>> {
  const below = new Map<string, Set<number>>();
  for (const [synset, index] of classOf) {
    const queue = [synset];
    const seen = new Set(queue);
    for (const id of queue) {
      const row = wordnet.get(id);
      if (!row) continue;
      let classes = below.get(id);
      if (!classes) below.set(id, (classes = new Set()));
      classes.add(index);
      for (const above of row.hypernyms)
        if (!seen.has(above)) {
          seen.add(above);
          queue.push(above);
        }
    }
  }
  return below;
}
