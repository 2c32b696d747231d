import type { ClassSummary } from './class-summary.ts';

export interface ClassSort {
  column: string;
  ascending: boolean;
}

const VALUES: Readonly<Record<string, (row: ClassSummary) => string | number | null>> = {
  name: ({ entry }) => entry.name,
  similarity0: ({ models }) => models[0]?.similarity ?? null,
  similarity1: ({ models }) => models[1]?.similarity ?? null,
  unshared0: ({ models }) => models[0]?.unshared ?? null,
  unshared1: ({ models }) => models[1]?.unshared ?? null,
  accuracy: ({ difference }) => difference,
};

/** Reads an address; by name where it says nothing known. */
export function parseClassSort(text: string | undefined): ClassSort {
  const [column = '', direction] = (text ?? '').split(',');
  return Object.hasOwn(VALUES, column)
    ? { column, ascending: direction !== 'down' }
    : { column: 'name', ascending: true };
}

/** Classes in order; those without a value come last. */
export function sortClasses(classes: readonly ClassSummary[], { column, ascending }: ClassSort): ClassSummary[] {
  const value = VALUES[column]!;
  return classes.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    const order = typeof x === 'string' ? x.localeCompare(y as string, 'en') : x - (y as number);
    return ascending ? order : -order;
  });
}
