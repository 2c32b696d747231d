import { modelColour } from '../../kit/theme/palette.ts';
import { theme } from '../../kit/theme/theme.svelte.ts';
import { router } from '../../kit/url/router.svelte.ts';
import { type ConceptFilter, parseFilter, passes } from './concept-filter.ts';
import { type Concept, type ConceptsData, type ModelIndex, similarityOf } from './concepts-data.ts';

/** What is looked at, shared by the views of the instrument and kept in the address. */
export interface ConceptSelection {
  /** The concept that the address names; the views that need one take `shown`. */
  readonly concept: Concept | undefined;
  /** The named concept, or the one to begin with: the first of the shortlist, else the least shared. */
  readonly shown: Concept | undefined;
  readonly filter: ConceptFilter;
  /** The concepts that pass the filter, in the study's order. */
  readonly filtered: readonly Concept[];
  choose(key: string, options?: { replace?: boolean }): void;
  open(key: string): void;
  colourOf(model: ModelIndex): string;
}

export function createConceptSelection(data: ConceptsData): ConceptSelection {
  const filter = $derived(parseFilter(router.params));
  const filtered = $derived(data.concepts.filter((concept) => passes(concept, filter)));
  const concept = $derived(data.find(router.params.concept));
  const first = beginning(data);
  return {
    get concept() {
      return concept;
    },
    get shown() {
      return concept ?? first;
    },
    get filter() {
      return filter;
    },
    get filtered() {
      return filtered;
    },
    choose: (key, options) => router.set({ concept: key }, options),
    open: (key) => router.go('concepts/concept', { concept: key }),
    colourOf: (model) => modelColour(theme.palette, model),
  };
}

function beginning(data: ConceptsData): Concept | undefined {
  const listed = data.shortlist[0];
  return (
    (listed && data.find(`${listed.class}/${listed.model}/${listed.concept}`)) ??
    [...data.concepts].sort((a, b) => (similarityOf(a) ?? 2) - (similarityOf(b) ?? 2))[0]
  );
}
