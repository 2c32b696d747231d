import { loadWordNet } from '../../../semantics/load-wordnet.ts';
import { shortNames } from '../../../semantics/short-names.ts';
import { findSynset, lemmasOf } from '../../../semantics/wordnet.ts';

/**
 * Words for labels that are ids of WordNet synsets ("n01443537" is a goldfish), as folders of ImageNet have them; empty
 * where any label is something else.
 */
export async function labelNames(labels: Iterable<string | undefined>): Promise<Map<string, string>> {
  const ids = [...new Set(labels)].filter((label) => label !== undefined);
  if (ids.length === 0 || !ids.every((id) => /^n\d{8}$/.test(id))) return new Map();
  const wordnet = await loadWordNet();
  const synsets = ids.map((id) => findSynset(wordnet, id));
  if (synsets.includes(undefined)) return new Map();
  const names = shortNames(
    wordnet,
    ids.map((synset, i) => ({ synset, name: lemmasOf(wordnet, synsets[i]!).join(', ') })),
  );
  return new Map(ids.map((id, i) => [id, names[i]!]));
}
