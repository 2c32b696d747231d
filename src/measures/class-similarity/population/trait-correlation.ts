import { UsageError } from '../../../base/errors.ts';
import { kendall } from '../../../statistics/kendall.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { type PermutationTestOptions, permutationTest } from '../../../statistics/permutation-test.ts';
import { spearman } from '../../../statistics/spearman.ts';

/** A correlation coefficient with its two-sided permutation p-value. */
export interface TraitCoefficient {
  value: number;
  p: number;
}

export interface TraitCorrelation {
  /** Models that have both values. */
  n: number;
  /** Null where there are fewer than three models or one side is constant. */
  pearson: TraitCoefficient | null;
  spearman: TraitCoefficient | null;
  kendall: TraitCoefficient | null;
}

const COEFFICIENTS = { pearson, spearman, kendall } as const;

/**
 * Pearson, Spearman and Kendall correlation of an alignment with a trait of the models (size, accuracy), as Filus &
 * Domańska report them over 42 networks; p-values by permuting the trait, which assumes no distribution.
 *
 * @param alignment One value a model; null where the model has none.
 * @param trait Likewise, in the same order.
 * @throws UsageError when the lists differ in length.
 */
export function correlateWithTrait(
  alignment: readonly (number | null)[],
  trait: readonly (number | null)[],
  options: PermutationTestOptions = {},
): TraitCorrelation {
  if (alignment.length !== trait.length)
    throw new UsageError(`There are ${alignment.length} alignments, but ${trait.length} traits.`);
  const x: number[] = [];
  const y: number[] = [];
  alignment.forEach((value, i) => {
    const other = trait[i];
    if (value === null || other === null || other === undefined) return;
    x.push(value);
    y.push(other);
  });
  const coefficient = (name: keyof typeof COEFFICIENTS): TraitCoefficient | null => {
    if (x.length < 3) return null;
    const measure = COEFFICIENTS[name];
    const value = measure(x, y);
    if (value === null) return null;
    const { p } = permutationTest(
      value,
      (random) =>
        measure(
          x,
          Array.from(random.permutation(y.length), (i) => y[i]!),
        )!,
      'two-sided',
      { permutations: 1_999, ...options },
    );
    return { value, p };
  };
  return {
    n: x.length,
    pearson: coefficient('pearson'),
    spearman: coefficient('spearman'),
    kendall: coefficient('kendall'),
  };
}
