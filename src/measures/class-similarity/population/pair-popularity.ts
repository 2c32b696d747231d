import type { ClosestPair } from '../closest-pairs.ts';

/** Where several models rank one pair of classes. */
export interface PairPopularity {
  /** The two classes, the lower index first. */
  classes: [number, number];
  /** Place of its first mention in each model's ranking, 1 = most similar; null where it is not in it. */
  ranks: (number | null)[];
  /** Share of the models that have it among their first `top` pairs. */
  share: number;
}

/**
 * For every pair that at least one model has among its first `top` closest-neighbour pairs: its rank in each model and
 * the share of models that have it there (Filus & Domańska ask which pairs are common to networks). Most common first,
 * then by mean rank.
 *
 * @param rankings Each model's CNPR ({@link closestPairs}), in the same class indices. As in the paper it has a row for
 *   each class, so that a mutual pair takes two places; with `unique` rankings each pair takes one.
 * @param top So many rows of a ranking are its first.
 */
export function pairPopularity(rankings: readonly (readonly ClosestPair[])[], top = 50): PairPopularity[] {
  // Of a pair that stands twice the first mention counts.
  const rankOf = rankings.map((ranking) => new Map(ranking.map((pair, i) => [keyOf(pair), i + 1] as const).reverse()));
  const keys = new Set(rankings.flatMap((ranking) => ranking.slice(0, top).map(keyOf)));
  const rows = [...keys].map((key): PairPopularity => {
    const ranks = rankOf.map((ranks) => ranks.get(key) ?? null);
    const within = ranks.filter((rank) => rank !== null && rank <= top).length;
    return { classes: key.split(',').map(Number) as [number, number], ranks, share: within / rankings.length };
  });
  const meanRank = ({ ranks }: PairPopularity): number => {
    const known = ranks.filter((rank) => rank !== null);
    return known.reduce((sum, rank) => sum + rank, 0) / known.length;
  };
  return rows.sort(
    (a, b) =>
      b.share - a.share || meanRank(a) - meanRank(b) || a.classes[0] - b.classes[0] || a.classes[1] - b.classes[1],
  );
}

function keyOf({ class: a, neighbour: b }: ClosestPair): string {
  return a < b ? `${a},${b}` : `${b},${a}`;
}
