import { UsageError } from '../base/errors.ts';
import { rankTransform } from '../kernels/rank-transform/rank-transform.ts';
import type { SortedVector } from '../kernels/rank-transform/types.ts';
import type { KernelOptions } from '../kernels/shared/wasm-kernel.ts';

/** The most values that can be ranked: above it twice a centred rank no longer fits a float32 exactly. */
const MAX_RANKED_VALUES = 2 ** 24;

/** A vector made ready for rank correlation: sorted once, then correlated with any number of others. */
export interface RankVector extends SortedVector {
  /** How many values were ranked. */
  n: number;
  /** Pairs of equal values. */
  tiedPairs: number;
  /** Sum of the squares of `centred`; 0 for a constant vector. */
  sumOfSquares: number;
}

/**
 * Ranks `values` once, ties by their average rank, for {@link spearmanOfRanks} and {@link kendallOfRanks}. −0 equals 0.
 *
 * @throws UsageError on NaN, or on more than {@link MAX_RANKED_VALUES} values.
 */
export function prepareRanks(values: ArrayLike<number>, options: KernelOptions = {}): RankVector {
  const n = values.length;
  if (n > MAX_RANKED_VALUES)
    throw new UsageError(`Cannot rank ${n} values: the most is ${MAX_RANKED_VALUES}.`, {
      hint: 'Compare a subset of the classes.',
    });
  const floats = values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values);
  for (let i = 0; i < n; i++)
    if (Number.isNaN(floats[i]!)) throw new UsageError(`Cannot rank values: value ${i} of ${n} is NaN.`);
  const sorted = rankTransform(floats, options);
  const { groups, groupStarts, centred } = sorted;
  let tiedPairs = 0;
  for (let g = 0; g < groups; g++) {
    const size = groupStarts[g + 1]! - groupStarts[g]!;
    tiedPairs += (size * (size - 1)) / 2;
  }
  return { n, ...sorted, tiedPairs, sumOfSquares: exactDot(centred, centred) };
}

/** Products summed in blocks that stay below 2⁵³, so that whole-number ranks add up without a rounding bias. */
const EXACT_BLOCK = 32;

/** Sum of products of two equally long vectors of whole numbers below 2²⁴; at most rounding at block ends. */
export function exactDot(a: Float32Array, b: Float32Array): number {
  const n = a.length;
  let total = 0;
  for (let start = 0; start < n; start += EXACT_BLOCK) {
    const end = Math.min(n, start + EXACT_BLOCK);
    let block = 0;
    for (let i = start; i < end; i++) block += a[i]! * b[i]!;
    total += block;
  }
  return total;
}

/** Average ranks from 1, ties sharing the mean of their positions: SciPy's `rankdata`. */
export function averageRanks(values: ArrayLike<number>, options: KernelOptions = {}): Float64Array {
  const { n, centred } = prepareRanks(values, options);
  return Float64Array.from(centred, (doubled) => (doubled + n + 1) / 2);
}
