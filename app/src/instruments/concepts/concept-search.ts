import type { ConceptNotes } from '#src/study/concepts-section.ts';
import type { SearchResult } from '../../kit/stage/stage.svelte.ts';
import type { Concept, ConceptsData } from './concepts-data.ts';

const MOST = 12;

/** Classes and named concepts that hold a text; those that begin with it come first. */
export function searchConcepts(data: ConceptsData, notes: ConceptNotes, text: string): SearchResult[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const found: (SearchResult & { at: number })[] = [];
  for (const { id, name, wnid, models } of data.section.classes) {
    const at = [name, wnid ?? ''].map((own) => own.toLowerCase().indexOf(wanted)).find((place) => place >= 0);
    const concepts = models.reduce((sum, owned) => sum + (owned?.concepts.length ?? 0), 0);
    if (at !== undefined) found.push({ id: `class:${id}`, title: name, detail: `class, ${concepts} concepts`, at });
  }
  for (const concept of data.concepts) {
    const name = notes[concept.key]?.name;
    const at = name?.toLowerCase().indexOf(wanted) ?? -1;
    if (at >= 0) found.push({ id: concept.key, title: name!, detail: conceptTitle(data, concept), at });
  }
  return found.sort((a, b) => a.at - b.at || a.title.length - b.title.length).slice(0, MOST);
}

/** "cat, ResNet20": whose a concept is. */
export function ownerTitle(data: ConceptsData, { of, model }: Concept): string {
  return `${data.className(of)}, ${data.shortNames[model]}`;
}

/** "cat, ResNet20, concept 3". */
export function conceptTitle(data: ConceptsData, concept: Concept): string {
  return `${ownerTitle(data, concept)}, concept ${concept.entry.index}`;
}
