import type { ClassRow } from '#src/study/classes-section.ts';

export { shortNames } from '#src/study/names/short-class-names.ts';

/** A class found by a search, best first. */
export interface FoundClass {
  index: number;
  /** The name that matched. */
  matched: string;
}

/** Classes whose names or ids hold the text: those that begin with it come first, then those with a word that does. */
export function findClasses(classes: readonly ClassRow[], text: string, limit = 12): FoundClass[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const found: (FoundClass & { score: number })[] = [];
  for (const row of classes) {
    let best: { matched: string; score: number } | undefined;
    for (const name of [...row.name.split(', '), row.synset ?? '', String(row.index)]) {
      const lower = name.toLowerCase();
      const at = lower.indexOf(wanted);
      if (at < 0) continue;
      const score = lower === wanted ? 0 : at === 0 ? 1 : /\W/.test(lower[at - 1]!) ? 2 : 3;
      if (!best || score < best.score) best = { matched: name, score };
    }
    if (best) found.push({ index: row.index, ...best });
  }
  return found
    .sort((a, b) => a.score - b.score || a.matched.length - b.matched.length || a.index - b.index)
    .slice(0, limit)
    .map(({ index, matched }) => ({ index, matched }));
}

/** Found classes as the search field lists them: with the other name or id that matched. */
export function classResults(
  classes: readonly ClassRow[],
  names: readonly string[],
  text: string,
): { id: string; title: string; detail: string }[] {
  return findClasses(classes, text).map(({ index, matched }) => ({
    id: String(index),
    title: names[index]!,
    detail: matched === names[index] ? (classes[index]!.synset ?? `class ${index}`) : matched,
  }));
}
