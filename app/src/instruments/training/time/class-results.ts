import {
  type NeighbourDiscovery,
  type NeighbourLists,
  neighbourChanges,
} from '#src/measures/training/neighbour-history.ts';
import type { Matrix32 } from '#src/tensor/matrix.ts';

/** One class over the training: when it found its neighbours, and how it does at the epoch. */
export interface ClassResult {
  class: number;
  /** Epoch from which it keeps at least half of its final neighbours; null where that never came. */
  found: number | null;
  /** Share of its neighbours that it had at the earlier epoch already, and those that came and went. */
  kept: number | null;
  entered: readonly number[];
  left: readonly number[];
  /** Share of right samples, errors-and-all NIDM and alignment with WordNet; undefined where there is none. */
  accuracy: number | undefined;
  networkIdm: number | undefined;
  alignment: number | undefined;
}

export type ClassSort = 'found' | 'kept' | 'accuracy' | 'networkIdm' | 'alignment';

export function classResults(
  classes: number,
  discoveries: readonly NeighbourDiscovery[],
  before: NeighbourLists | undefined,
  after: NeighbourLists | undefined,
  perClass: Matrix32 | undefined,
  columns: readonly string[],
): ClassResult[] {
  const found = new Map(discoveries.map((row) => [row.class, row.epoch]));
  const changes = new Map(before && after ? neighbourChanges(before, after).map((row) => [row.class, row]) : []);
  const measured = (index: number, name: string): number | undefined => {
    const column = columns.indexOf(name);
    const value = column < 0 ? undefined : perClass?.data[index * perClass.cols + column];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
  return Array.from({ length: classes }, (_, index) => {
    const change = changes.get(index);
    const samples = measured(index, 'samples');
    const errors = measured(index, 'errors');
    return {
      class: index,
      found: found.get(index) ?? null,
      kept: change?.kept ?? null,
      entered: change?.entered ?? [],
      left: change?.left ?? [],
      accuracy: samples && errors !== undefined ? 1 - errors / samples : undefined,
      networkIdm: measured(index, 'networkIdm'),
      alignment: measured(index, 'alignment'),
    };
  });
}

/** Sorted by a column; classes without a value come last, ties in order of classes. */
export function sortResults(rows: readonly ClassResult[], by: ClassSort, ascending: boolean): ClassResult[] {
  const sign = ascending ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[by] ?? undefined, b[by] ?? undefined];
    if (x === undefined || y === undefined) return +(x === undefined) - +(y === undefined) || a.class - b.class;
    return sign * (x - y) || a.class - b.class;
  });
}
