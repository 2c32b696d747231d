import { GROUPS, type Group } from './concept-groups.ts';
import { type Baseline, type Concept, importanceOf, similarityOf } from './concepts-data.ts';

/** Both ends included. */
export type Range = readonly [low: number, high: number];

/** Which concepts are looked at; the same in all views. */
export interface ConceptFilter {
  classId: string | undefined;
  similarity: Range | undefined;
  importance: Range | undefined;
  group: Group | undefined;
  /** Which similarity is meant. */
  from: Baseline;
}

type Params = Readonly<Record<string, string>>;

/** Reads the filter that an address names; what is no range or group there is passed over. */
export function parseFilter(params: Params): ConceptFilter {
  return {
    classId: params.class || undefined,
    similarity: parseRange(params.sim),
    importance: parseRange(params.imp),
    group: GROUPS.find((group) => group === params.group),
    from: params.x === 'self' ? 'self' : 'cross',
  };
}

export function parseRange(text: string | undefined): Range | undefined {
  const ends = (text ?? '').split(',');
  if (ends.length !== 2 || ends.some((end) => end.trim() === '')) return undefined;
  const [low, high] = ends.map(Number) as [number, number];
  return Number.isFinite(low) && Number.isFinite(high) && low <= high ? [low, high] : undefined;
}

/** "0.2,0.55": as short as the eye needs it. */
export function formatRange(range: Range | undefined): string | undefined {
  return range?.map((end) => String(Number(end.toFixed(3)))).join(',');
}

export function isNarrowed({ classId, similarity, importance, group }: ConceptFilter): boolean {
  return [classId, similarity, importance, group].some((part) => part !== undefined);
}

/** Whether a concept passes. One without a value does not pass a range of that value. */
export function passes(concept: Concept, filter: ConceptFilter): boolean {
  const within = (value: number | null, range: Range | undefined): boolean =>
    range === undefined || (value !== null && value >= range[0] && value <= range[1]);
  return (
    (filter.classId === undefined || concept.of.id === filter.classId) &&
    (filter.group === undefined || concept.entry.group === filter.group) &&
    within(similarityOf(concept, filter.from), filter.similarity) &&
    within(importanceOf(concept), filter.importance)
  );
}

/** The changes of parameters that take a filter away. */
export const NO_FILTER = { class: undefined, sim: undefined, imp: undefined, group: undefined } as const;
