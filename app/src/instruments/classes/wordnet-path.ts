import type { WordNetExcerptRow } from '#src/study/classes-section.ts';

/**
 * One way from the root of WordNet's nouns down to a synset, the synset last; where a synset has several hypernyms the
 * way through the shallowest. Empty when the study does not hold the synset.
 */
export function pathFromRoot(wordnet: ReadonlyMap<string, WordNetExcerptRow>, synset: string): WordNetExcerptRow[] {
  const path: WordNetExcerptRow[] = [];
  const seen = new Set<string>();
  let at = wordnet.get(synset);
  while (at && !seen.has(at.id)) {
    path.push(at);
    seen.add(at.id);
    const parents = at.hypernyms.flatMap((id) => wordnet.get(id) ?? []);
    at = parents.sort((a, b) => a.depth - b.depth || a.id.localeCompare(b.id))[0];
  }
  return path.reverse();
}

/** A gloss without its examples and closing punctuation. */
export function definition(gloss: string): string {
  return gloss.replace(/;\s*["“].*$/s, '').trim();
}
