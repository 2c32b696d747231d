import { UsageError } from '../../base/errors.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import type { AlignmentKind, ChanceMoments } from './alignment-measures/alignment-measure.ts';
import { ALIGNMENT_MEASURES, type AlignmentMeasure, eachMeasure } from './alignment-measures/alignment-measures.ts';
import { onSharedClasses, type PreparedSimilarity } from './prepared-similarity.ts';

/** What a measure gives when the classes of one matrix are put in another order: over all orders. */
export interface ChanceLevel extends ChanceMoments {
  /** (observed − mean) / sd; null when every order gives the same. */
  z: number | null;
}

export interface ChanceOptions extends KernelOptions {
  /** "ssad" (default) or "nsad": which cosine. */
  kind?: AlignmentKind;
  /** Permutations for a deviation that has no formula; by default as many as bring its standard error below 1 %. */
  draws?: number;
  /** Default all. */
  measures?: readonly AlignmentMeasure[];
}

export type ChanceResult = Record<AlignmentMeasure, ChanceLevel | null>;

/** Deviations below this are rounding: no order differs from another. */
const ROUNDING = 1e-12;

/**
 * The chance level of an alignment: its mean and deviation over all orders of the classes of `b`. Each matrix keeps its
 * distribution of values, only which class is which is lost. Exact for cosine and Spearman (moments of Mantel 1967) and
 * for the mean of Kendall; Kendall's deviation is estimated, with its error told. Nothing here depends on a seed. A
 * measure that is undefined, or was not asked for, is null.
 *
 * @throws IncomparableError when the matrices are of different sizes; UsageError on fewer than 2 draws.
 */
export function chanceLevel(
  first: PreparedSimilarity,
  second: PreparedSimilarity,
  options: ChanceOptions = {},
): ChanceResult {
  const { kind = 'ssad', draws, measures = ALIGNMENT_MEASURES } = options;
  if (draws !== undefined && !(Number.isInteger(draws) && draws >= 2))
    throw new UsageError(`A deviation needs at least 2 permutations; found ${draws}.`);
  const [a, b] = onSharedClasses(first, second, options);
  const sides = { kind, a, b, options };
  return eachMeasure((id, measure) => {
    if (!measures.includes(id)) return null;
    const observed = measure.value(sides);
    const moments = observed === null ? undefined : measure.chance(sides, draws);
    return moments ? chanceOf(observed!, moments) : null;
  });
}

/** A chance level with how many deviations the observed value lies above it. */
export function chanceOf(observed: number, moments: ChanceMoments): ChanceLevel {
  const { mean, sd } = moments;
  return { ...moments, z: sd > ROUNDING ? (observed - mean) / sd : null };
}
