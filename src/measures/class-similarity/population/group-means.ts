/** Mean alignment of the pairs of models that lie in two groups, and how many pairs there are. */
export type GroupMean = { mean: number; pairs: number } | null;

/**
 * Mean alignment within and between groups of models, such as CNNs and ViTs.
 *
 * @param nsad Models × models, symmetric; null entries are left out.
 * @param groupOf Group of each model; models without one are left out.
 * @param groups The groups, in the order of rows and columns.
 * @returns groups × groups, symmetric; on the diagonal pairs within a group. Null where there is no pair.
 */
export function groupMeans(
  nsad: readonly (readonly (number | null)[])[],
  groupOf: readonly (string | null)[],
  groups: readonly string[],
): GroupMean[][] {
  const at = groupOf.map((group) => (group === null ? -1 : groups.indexOf(group)));
  const sums = groups.map(() => groups.map(() => ({ sum: 0, pairs: 0 })));
  for (let i = 0; i < at.length; i++)
    for (let j = i + 1; j < at.length; j++) {
      const value = nsad[i]![j];
      if (at[i]! < 0 || at[j]! < 0 || value === null || value === undefined) continue;
      for (const cell of new Set([sums[at[i]!]![at[j]!]!, sums[at[j]!]![at[i]!]!])) {
        cell.sum += value;
        cell.pairs++;
      }
    }
  return sums.map((row) => row.map(({ sum, pairs }) => (pairs === 0 ? null : { mean: sum / pairs, pairs })));
}
