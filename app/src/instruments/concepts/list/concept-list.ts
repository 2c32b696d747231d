import type { ConceptNotes } from '#src/study/concepts-section.ts';
import { type Concept, type ConceptsData, importanceOf, similarityOf } from '../concepts-data.ts';

export const CONCEPT_SORTS = [
  'class',
  'model',
  'concept',
  'name',
  'similarity',
  'self',
  'gap',
  'importance',
  'kl',
  'l2',
  'stability',
] as const;
export type ConceptSort = (typeof CONCEPT_SORTS)[number];

export interface ConceptQuery {
  /** Part of a class's name, a given name or a note. */
  text: string;
  /** The shortlist alone. */
  short: boolean;
  sort: ConceptSort;
  ascending: boolean;
}

/** Reads what the address says of the list; least shared first where it says nothing. */
export function parseConceptQuery(params: Readonly<Record<string, string>>): ConceptQuery {
  const [sort, direction] = (params.sort ?? '').split(',');
  const known = CONCEPT_SORTS.includes(sort as ConceptSort);
  return {
    text: params.q ?? '',
    short: params.only === 'short',
    sort: known ? (sort as ConceptSort) : 'similarity',
    ascending: known ? direction === 'up' : true,
  };
}

/** The keys of the shortlist, with the place of each in it. */
export function shortlistPlaces(data: ConceptsData): ReadonlyMap<string, number> {
  return new Map(data.shortlist.map((row, place) => [`${row.class}/${row.model}/${row.concept}`, place]));
}

/** The concepts of a list, found and sorted. What has no value comes last, whichever way it is sorted. */
export function listConceptRows(
  data: ConceptsData,
  concepts: readonly Concept[],
  notes: ConceptNotes,
  query: ConceptQuery,
): Concept[] {
  const places = shortlistPlaces(data);
  const wanted = query.text.trim().toLowerCase();
  const holds = ({ key, of }: Concept): boolean =>
    [of.name, of.wnid ?? '', notes[key]?.name ?? '', notes[key]?.note ?? ''].some((text) =>
      text.toLowerCase().includes(wanted),
    );
  const value = (concept: Concept): string | number | null => {
    const { entry } = concept;
    switch (query.sort) {
      case 'class':
        return concept.of.name;
      case 'model':
        return concept.model;
      case 'concept':
        return entry.index;
      case 'name':
        return notes[concept.key]?.name ?? null;
      case 'similarity':
        return similarityOf(concept);
      case 'self':
        return similarityOf(concept, 'self');
      case 'gap':
        return gapOf(concept);
      case 'importance':
        return importanceOf(concept);
      case 'kl':
        return entry.replacement.delta.kl;
      case 'l2':
        return entry.replacement.delta.l2;
      case 'stability':
        return entry.stability;
    }
  };
  return concepts
    .filter((concept) => (!query.short || places.has(concept.key)) && (wanted === '' || holds(concept)))
    .map((concept, place) => ({ concept, place, value: value(concept) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null)
        return Number(a.value === null) - Number(b.value === null) || a.place - b.place;
      const order =
        typeof a.value === 'string' ? a.value.localeCompare(b.value as string, 'en') : a.value - (b.value as number);
      return (query.ascending ? order : -order) || a.place - b.place;
    })
    .map(({ concept }) => concept);
}

/** How far the other model stays below the ceiling: similarity minus self-similarity, mostly below zero. */
export function gapOf(concept: Concept): number | null {
  const [cross, self] = [similarityOf(concept), similarityOf(concept, 'self')];
  return cross === null || self === null ? null : cross - self;
}
