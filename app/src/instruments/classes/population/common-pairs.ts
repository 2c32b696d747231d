import type { PairPopularity } from '#src/measures/class-similarity/population/pair-popularity.ts';
import type { ClassesData } from '../classes-data.ts';

/** A pair counts for a network that has it among so many of its first; the library's default, which studies are made with. */
export const FIRST_PAIRS = 50;

export const PAIR_SORTS = ['share', 'median', 'first', 'second'] as const;
export type CommonPairSort = (typeof PAIR_SORTS)[number];

export interface CommonPair extends PairPopularity {
  /** Median rank over the networks that rank the pair at all. */
  median: number;
}

export interface CommonPairQuery {
  text: string;
  sort: CommonPairSort;
  ascending: boolean;
}

export function withMedian(row: PairPopularity): CommonPair {
  const known = row.ranks.filter((rank) => rank !== null).sort((a, b) => a - b);
  const half = known.length >> 1;
  const median = known.length % 2 === 1 ? known[half]! : (known[half - 1]! + known[half]!) / 2;
  return { ...row, median };
}

/** The pairs that a query leaves, in its order; ties keep the order of the table. */
export function listCommonPairs(data: ClassesData, rows: readonly CommonPair[], query: CommonPairQuery): CommonPair[] {
  const wanted = query.text.trim().toLowerCase();
  const holds = (index: number): boolean =>
    `${data.classes[index]!.name} ${data.classes[index]!.synset ?? ''}`.toLowerCase().includes(wanted);
  const kept = rows.filter(({ classes }) => wanted === '' || classes.some(holds));
  const sign = query.ascending ? 1 : -1;
  return kept.sort((a, b) => {
    switch (query.sort) {
      case 'first':
      case 'second': {
        const at = query.sort === 'first' ? 0 : 1;
        return sign * data.names[a.classes[at]]!.localeCompare(data.names[b.classes[at]]!, 'en');
      }
      case 'median':
        return sign * (a.median - b.median);
      default:
        return sign * (a.share - b.share);
    }
  });
}

/** How strong a rank is shown, 1 for the first and 0 from the thousandth on; equal ratios are equal steps. */
export function rankStrength(rank: number): number {
  return Math.max(0, 1 - Math.log10(rank) / 3);
}
