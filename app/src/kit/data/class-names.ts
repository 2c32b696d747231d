import type { ClassRow } from '#src/study/classes-section.ts';
import { findNamed } from '../search/find-named.ts';

export { shortNames } from '#src/study/names/short-class-names.ts';

/** A class found by a search, best first. */
export interface FoundClass {
  index: number;
  /** The name that matched. */
  matched: string;
}

/** Classes whose names or ids hold the text, best first. */
export function findClasses(classes: readonly ClassRow[], text: string, limit = 12): FoundClass[] {
  const namesOf = ({ name, synset, index }: ClassRow) => [...name.split(', '), synset ?? '', String(index)];
  return findNamed(classes, namesOf, text, limit).map(({ item, matched }) => ({ index: item.index, matched }));
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
