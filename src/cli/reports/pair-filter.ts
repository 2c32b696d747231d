import { RELATION_KINDS } from '../../semantics/relations/relation.ts';
import type { RankingRow } from '../../study/classes-section.ts';

/** What `--relation` takes: the relations of WordNet, and the two work lists for owners of a data set. */
export const PAIR_FILTERS = [...RELATION_KINDS, 'unexplained', 'labelling-problem'] as const;

export type PairFilter = (typeof PAIR_FILTERS)[number];

/**
 * The pairs that have a relation, in the order given; "labelling-problem": those whose names may be why they are taken
 * for one another; "unexplained": those that WordNet does not explain, the largest gap between the ranks first.
 */
export function filterPairs(rows: readonly RankingRow[], filter: PairFilter | undefined): RankingRow[] {
  if (filter === undefined) return [...rows];
  if (filter === 'labelling-problem') return rows.filter(({ explanation }) => explanation?.labellingProblem);
  if (filter === 'unexplained')
    return rows
      .filter(({ explanation }) => explanation?.kind === 'unexplained')
      .sort((a, b) => b.explanation!.gap - a.explanation!.gap);
  return rows.filter(({ relations }) => relations.some(({ kind }) => kind === filter));
}

/** Each pair once: of a mutual pair only the first row. */
export function uniquePairs(rows: readonly RankingRow[]): RankingRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = [row.class, row.neighbour].sort((a, b) => a - b).join();
    return !seen.has(key) && seen.add(key);
  });
}
