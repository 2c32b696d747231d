import type { ConceptEntry } from '#src/study/concepts-section.ts';

export type Group = NonNullable<ConceptEntry['group']>;

/** The groups by similarity and importance, the one that tells most about a difference first. */
export const GROUPS: readonly Group[] = ['low-high', 'high-high', 'low-low', 'high-low'];

export const GROUP_TITLES: Readonly<Record<Group, string>> = {
  'low-high': 'not shared, important',
  'high-high': 'shared, important',
  'low-low': 'not shared, unimportant',
  'high-low': 'shared, unimportant',
};
