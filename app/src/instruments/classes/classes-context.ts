import { getContext, setContext } from 'svelte';
import type { ClassSelection } from './class-selection.svelte.ts';
import type { ClassesData } from './classes-data.ts';

export interface ClassesContext {
  data: ClassesData;
  selection: ClassSelection;
}

const KEY = Symbol('classes');

export function provideClasses(context: ClassesContext): void {
  setContext(KEY, context);
}

/** The classes of the open study and what is selected; inside `ClassesFrame` only. */
export function useClasses(): ClassesContext {
  return getContext<ClassesContext>(KEY);
}
