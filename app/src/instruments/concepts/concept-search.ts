import type { ConceptNotes } from '#src/study/concepts-section.ts';
import { findNamed } from '../../kit/search/find-named.ts';
import type { SearchResult } from '../../kit/stage/stage.svelte.ts';
import type { Concept, ConceptsData } from './concepts-data.ts';

/** Classes and named concepts that hold a text, best first. */
export function searchConcepts(data: ConceptsData, notes: ConceptNotes, text: string): SearchResult[] {
  const classes = data.section.classes.map(({ id, name, wnid, models }) => {
    const concepts = models.reduce((sum, owned) => sum + (owned?.concepts.length ?? 0), 0);
    return { id: `class:${id}`, title: name, detail: `class, ${concepts} concepts`, names: [name, wnid ?? ''] };
  });
  const concepts = data.concepts.flatMap((concept) => {
    const name = notes[concept.key]?.name;
    return name ? [{ id: concept.key, title: name, detail: conceptTitle(data, concept), names: [name] }] : [];
  });
  return findNamed([...classes, ...concepts], ({ names }) => names, text).map(
    ({ item: { names: _, ...found } }) => found,
  );
}

/** "cat, ResNet20": whose a concept is. */
export function ownerTitle(data: ConceptsData, { of, model }: Concept): string {
  return `${data.className(of)}, ${data.shortNames[model]}`;
}

/** "cat, ResNet20, concept 3". */
export function conceptTitle(data: ConceptsData, concept: Concept): string {
  return `${ownerTitle(data, concept)}, concept ${concept.entry.index}`;
}
