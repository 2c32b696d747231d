import { UsageError } from '../base/errors.ts';
import { createRandom, type Random } from './random.ts';

export interface PermutationTestOptions {
  /** Default 9,999. */
  permutations?: number;
  /** Default 0. */
  seed?: number;
}

export interface PermutationTestResult {
  observed: number;
  /** (1 + permutations at least as extreme) / (1 + permutations), so never 0. */
  p: number;
  permutations: number;
  seed: number;
}

/** Values that differ by rounding alone count as equal, else ties would be lost to it. */
const TOLERANCE = 1e-12;

/**
 * A permutation test of any statistic.
 *
 * @param observed The statistic as it is.
 * @param shuffled The statistic after a random permutation drawn from the generator it is given.
 * @param tail "greater": at least as large; "two-sided": at least as large in absolute value.
 * @throws UsageError for fewer than one permutation.
 */
export function permutationTest(
  observed: number,
  shuffled: (random: Random) => number,
  tail: 'greater' | 'two-sided',
  { permutations = 9_999, seed = 0 }: PermutationTestOptions = {},
): PermutationTestResult {
  if (!Number.isSafeInteger(permutations) || permutations < 1)
    throw new UsageError(`permutations is ${permutations}; it must be a whole number of at least 1.`);
  const random = createRandom(seed);
  const size = (value: number): number => (tail === 'two-sided' ? Math.abs(value) : value);
  const threshold = size(observed) - TOLERANCE;
  let extreme = 0;
  for (let i = 0; i < permutations; i++) if (size(shuffled(random)) >= threshold) extreme++;
  return { observed, p: (1 + extreme) / (1 + permutations), permutations, seed };
}
