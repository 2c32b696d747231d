import { getContext, setContext } from 'svelte';
import type { RepresentationsData } from './representations-data.ts';
import type { RepresentationsSelection } from './representations-selection.svelte.ts';

export interface RepresentationsContext {
  data: RepresentationsData;
  selection: RepresentationsSelection;
}

const KEY = Symbol('representations');

export function provideRepresentations(context: RepresentationsContext): void {
  setContext(KEY, context);
}

/** The images and layers of the open study and what is selected; inside `RepresentationsFrame` only. */
export function useRepresentations(): RepresentationsContext {
  return getContext<RepresentationsContext>(KEY);
}
