import type { RankingRow } from '#src/study/classes-section.ts';
import type { ClassesData } from '../classes-data.ts';
import { hasRelation } from '../relation-labels.ts';

export const PAIR_SORTS = ['similarity', 'rank', 'gap', 'class', 'neighbour'] as const;
export type PairSort = (typeof PAIR_SORTS)[number];

export interface PairQuery {
  /** Part of a name or an id of either class. */
  text: string;
  relation: string;
  /** Only pairs that the reference ranks at least so low. */
  minRank: number;
  unique: boolean;
  sort: PairSort;
  ascending: boolean;
}

/** A row of the ranking with its place in it. */
export interface ListedPair {
  row: RankingRow;
  /** Place by similarity, from 1: among all pairs where mutual ones count once, else among all rows. */
  place: number;
  rank: number | null;
}

/** Folds mutual pairs into their first mention, as `closestPairs` does with `unique`. */
function isSecondMention(row: RankingRow): boolean {
  return row.mutual && row.neighbour < row.class;
}

/** The pairs that a query leaves, in its order; ties keep the order of the ranking. */
export function listPairs(
  data: ClassesData,
  ranking: readonly RankingRow[],
  reference: string | undefined,
  query: PairQuery,
): ListedPair[] {
  const wanted = query.text.trim().toLowerCase();
  const names = (index: number): string => {
    const row = data.classes[index]!;
    return `${row.name} ${row.synset ?? ''}`.toLowerCase();
  };
  const listed = ranking
    .filter((row) => !(query.unique && isSecondMention(row)))
    .map(
      (row, i): ListedPair => ({
        row,
        place: i + 1,
        rank: reference === undefined ? null : (row.referenceRank[reference] ?? null),
      }),
    )
    .filter(
      ({ row, rank }) =>
        (query.minRank <= 1 || (rank !== null && rank >= query.minRank)) &&
        hasRelation(row, query.relation) &&
        (wanted === '' || names(row.class).includes(wanted) || names(row.neighbour).includes(wanted)),
    );
  const sign = query.ascending ? 1 : -1;
  const value = ({ row, rank }: ListedPair): number | string =>
    query.sort === 'similarity'
      ? row.similarity
      : query.sort === 'rank'
        ? (rank ?? -1)
        : query.sort === 'gap'
          ? (row.explanation?.gap ?? Number.NEGATIVE_INFINITY)
          : data.names[query.sort === 'class' ? row.class : row.neighbour]!;
  return listed.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = typeof x === 'string' ? x.localeCompare(y as string, 'en') : x - (y as number);
    return order === 0 ? a.place - b.place : sign * order;
  });
}
