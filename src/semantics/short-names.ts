import type { LabelClass } from './label-sets/label-sets.ts';
import { findSynset, LEXICOGRAPHER_FILES, type WordNet } from './wordnet.ts';

/**
 * Names short enough for an axis: the first of a class's words. Where two classes would be called the same, the second
 * word is added if there is one ("maillot, tank suit"), else what kind of thing it is ("crane (animal)"), else the id or
 * the row.
 */
export function shortNames(wordnet: WordNet, labels: readonly LabelClass[]): string[] {
  const parts = labels.map(({ name }) => name.split(',').map((part) => part.trim().replaceAll('_', ' ')));
  const longer: ((i: number) => string | undefined)[] = [
    (i) => (parts[i]!.length > 1 ? `${parts[i]![0]}, ${parts[i]![1]}` : undefined),
    (i) => {
      const synset = findSynset(wordnet, labels[i]!.synset ?? '');
      return synset === undefined ? undefined : `${parts[i]![0]} (${LEXICOGRAPHER_FILES[wordnet.lexFiles[synset]!]})`;
    },
    (i) => `${parts[i]![0]} (${labels[i]!.synset ?? i})`,
  ];
  const names = parts.map(([first]) => first!);
  for (const lengthen of longer) {
    const rows = new Map<string, number[]>();
    for (const [i, name] of names.entries()) rows.set(name, [...(rows.get(name) ?? []), i]);
    for (const same of rows.values()) if (same.length > 1) for (const i of same) names[i] = lengthen(i) ?? names[i]!;
  }
  return names;
}
