import type { WordNetExcerptRow } from '#src/study/classes-section.ts';

export interface Meeting {
  /** The synset where the ways up from both meet after the fewest links. */
  at: WordNetExcerptRow;
  /** The ways down from it, the meeting itself left out; the classes come last. */
  first: WordNetExcerptRow[];
  second: WordNetExcerptRow[];
}

/** Where two synsets meet in the study's part of WordNet; undefined when it does not hold them both. */
export function meeting(
  wordnet: ReadonlyMap<string, WordNetExcerptRow>,
  first: string,
  second: string,
): Meeting | undefined {
  const fromFirst = waysUp(wordnet, first);
  const fromSecond = waysUp(wordnet, second);
  let best: { id: string; links: number; depth: number } | undefined;
  for (const [id, up] of fromFirst) {
    const other = fromSecond.get(id);
    if (!other) continue;
    const links = up.links + other.links;
    const depth = wordnet.get(id)!.depth;
    if (!best || links < best.links || (links === best.links && depth > best.depth)) best = { id, links, depth };
  }
  if (!best) return undefined;
  const down = (ways: ReadonlyMap<string, { from: string | undefined }>): WordNetExcerptRow[] => {
    const path: WordNetExcerptRow[] = [];
    for (let id = ways.get(best.id)!.from; id !== undefined; id = ways.get(id)!.from) path.push(wordnet.get(id)!);
    return path;
  };
  return { at: wordnet.get(best.id)!, first: down(fromFirst), second: down(fromSecond) };
}

/** Every synset above one, itself included, with the links up to it and the one below it on the shortest way. */
function waysUp(
  wordnet: ReadonlyMap<string, WordNetExcerptRow>,
  synset: string,
): Map<string, { links: number; from: string | undefined }> {
  const ways = new Map<string, { links: number; from: string | undefined }>();
  if (!wordnet.has(synset)) return ways;
  ways.set(synset, { links: 0, from: undefined });
  const queue = [synset];
  for (const id of queue)
    for (const above of wordnet.get(id)!.hypernyms)
      if (wordnet.has(above) && !ways.has(above)) {
        ways.set(above, { links: ways.get(id)!.links + 1, from: id });
        queue.push(above);
      }
  return ways;
}
