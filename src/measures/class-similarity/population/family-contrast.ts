import { UsageError } from '../../../base/errors.ts';
import { type PermutationTestOptions, permutationTest } from '../../../statistics/permutation-test.ts';

/** How much more alike models of one family are than models of different families. */
export interface FamilyContrast {
  /** Mean alignment of pairs within a family, and of pairs across families; null where there is no such pair. */
  within: { mean: number; pairs: number } | null;
  between: { mean: number; pairs: number } | null;
  /** within − between. */
  difference: number | null;
  /** Share of shuffles of the family names with at least that difference; null without a difference. */
  p: number | null;
  permutations: number;
  seed: number;
}

/**
 * Within-family against between-family alignment, with a permutation p over the assignment of families.
 *
 * @param nsad Models × models, symmetric; null entries are left out.
 * @param families Family of each model; models without one are left out.
 * @throws UsageError when the numbers of rows and families differ.
 */
export function familyContrast(
  nsad: readonly (readonly (number | null)[])[],
  families: readonly (string | null)[],
  options: PermutationTestOptions = {},
): FamilyContrast {
  if (nsad.length !== families.length)
    throw new UsageError(`The alignment has ${nsad.length} models, but there are ${families.length} families.`);
  const kept = families.flatMap((family, i) => (family === null ? [] : [i]));
  const names = kept.map((i) => families[i]!);
  const { permutations = 9_999, seed = 0 } = options;

  const contrast = (familyOf: (position: number) => string) => {
    const sums = { within: 0, between: 0 };
    const counts = { within: 0, between: 0 };
    for (let a = 0; a < kept.length; a++)
      for (let b = a + 1; b < kept.length; b++) {
        const value = nsad[kept[a]!]![kept[b]!];
        if (value === null || value === undefined) continue;
        const side = familyOf(a) === familyOf(b) ? 'within' : 'between';
        sums[side] += value;
        counts[side]++;
      }
    const mean = (side: 'within' | 'between') =>
      counts[side] === 0 ? null : { mean: sums[side] / counts[side], pairs: counts[side] };
    return { within: mean('within'), between: mean('between') };
  };

  const { within, between } = contrast((a) => names[a]!);
  if (!within || !between) return { within, between, difference: null, p: null, permutations, seed };
  const difference = within.mean - between.mean;
  const { p } = permutationTest(
    difference,
    (random) => {
      const order = random.permutation(names.length);
      const shuffled = contrast((a) => names[order[a]!]!);
      return shuffled.within!.mean - shuffled.between!.mean;
    },
    'greater',
    { permutations, seed },
  );
  return { within, between, difference, p, permutations, seed };
}
