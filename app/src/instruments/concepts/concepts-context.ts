import { getContext, setContext } from 'svelte';
import type { ConceptNotesStore } from './concept-notes.svelte.ts';
import type { ConceptSelection } from './concept-selection.svelte.ts';
import type { ConceptsData } from './concepts-data.ts';

export interface ConceptsContext {
  data: ConceptsData;
  selection: ConceptSelection;
  notes: ConceptNotesStore;
}

const KEY = Symbol('concepts');

export function provideConcepts(context: ConceptsContext): void {
  setContext(KEY, context);
}

/** The concepts of the open study, what is selected and what was noted; inside `ConceptsFrame` only. */
export function useConcepts(): ConceptsContext {
  return getContext<ConceptsContext>(KEY);
}
