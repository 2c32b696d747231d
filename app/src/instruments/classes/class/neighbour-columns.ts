import { type ClassRowOf, nearest, rankOf } from '../class-rows.ts';

/** One neighbour in a column, and what the other columns make of it. */
export interface ColumnEntry {
  class: number;
  similarity: number;
  /** Place in the column, 1 … count. */
  place: number;
  /** Rank; equally similar classes share one. */
  rank: number;
  /** In no other column among the first. */
  onlyHere: boolean;
}

export interface NeighbourColumn {
  row: ClassRowOf;
  entries: ColumnEntry[];
}

/** The nearest classes in each model and reference, side by side. */
export function neighbourColumns(rows: readonly ClassRowOf[], index: number, count: number): NeighbourColumn[] {
  const lists = rows.map((row) => nearest(row.values, index, count));
  return rows.map((row, c) => ({
    row,
    entries: lists[c]!.map((neighbour, i) => ({
      class: neighbour.class,
      similarity: neighbour.similarity,
      place: i + 1,
      rank: rankOf(row.values, index, neighbour.class) ?? i + 1,
      onlyHere:
        rows.length > 1 &&
        !lists.some((list, other) => other !== c && list.some((entry) => entry.class === neighbour.class)),
    })),
  }));
}

/** Classes that stand in two neighbouring columns, with their places: what the lines between them join. */
export function sharedEntries(
  left: NeighbourColumn,
  right: NeighbourColumn,
): { class: number; from: number; to: number }[] {
  return left.entries.flatMap((entry) => {
    const other = right.entries.find((candidate) => candidate.class === entry.class);
    return other ? [{ class: entry.class, from: entry.place, to: other.place }] : [];
  });
}

/** The share of the first `count` that two columns have in common, 0 … 1. */
export function overlap(left: NeighbourColumn, right: NeighbourColumn): number {
  const size = Math.min(left.entries.length, right.entries.length);
  return size === 0 ? 0 : sharedEntries(left, right).length / size;
}

/** Value and rank of one class in each column. */
export function readAcross(columns: readonly NeighbourColumn[], index: number, other: number) {
  return columns.map(({ row }) => ({ row, value: row.values?.[other], rank: rankOf(row.values, index, other) }));
}
