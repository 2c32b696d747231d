/** A reason to take two concepts for one. */
export interface MergeLink {
  a: number;
  b: number;
  /** Stronger ones are followed first. */
  strength: number;
}

/**
 * Merges things along links, the strongest first (of equals the one given first), except where that would bring two together
 * that exclude one another: single linkage under cannot-link constraints.
 *
 * @param count Things, numbered from 0.
 * @param exclude Whether two of them may never be in one group; symmetric.
 * @returns Groups of numbers in ascending order, by their first.
 */
export function mergeLinked(
  count: number,
  links: readonly MergeLink[],
  exclude: (a: number, b: number) => boolean,
): number[][] {
  const groupOf = Array.from({ length: count }, (_, i) => [i]);
  for (const { a, b } of [...links].sort((x, y) => y.strength - x.strength)) {
    const [one, other] = [groupOf[a]!, groupOf[b]!];
    if (one === other || one.some((i) => other.some((j) => exclude(i, j)))) continue;
    one.push(...other);
    for (const i of other) groupOf[i] = one;
  }
  return [...new Set(groupOf)].map((group) => group.sort((a, b) => a - b)).sort((x, y) => x[0]! - y[0]!);
}
