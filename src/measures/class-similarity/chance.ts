import { UsageError } from '../../base/errors.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { createRandom } from '../../statistics/random.ts';
import { ALIGNMENT_MEASURES, type AlignmentKind, type AlignmentMeasure } from './alignment.ts';
import { permutedAlignment } from './permuted-alignment.ts';
import { onSharedClasses, type PreparedSimilarity } from './prepared-similarity.ts';

/** What a measure gives when the classes of one matrix are shuffled. */
export interface ChanceLevel {
  mean: number;
  /** Sample standard deviation over the permutations. */
  sd: number;
  /** (observed − mean) / sd; null when every permutation gives the same. */
  z: number | null;
}

export interface ChanceOptions extends KernelOptions {
  /** "ssad" (default) or "nsad": which cosine. */
  kind?: AlignmentKind;
  /** Default 20: enough for a mean and sd, not for a p-value; see {@link mantelTest}. */
  permutations?: number;
  /** Default 0. */
  seed?: number;
  /** Default all three. */
  measures?: readonly AlignmentMeasure[];
}

export interface ChanceResult extends Record<AlignmentMeasure, ChanceLevel | null> {
  permutations: number;
  seed: number;
}

/**
 * The chance level of an alignment: its mean and spread over seeded permutations of the classes of `b`. Each matrix
 * keeps its distribution of values, only which class is which is lost. A measure that is undefined, or was not asked
 * for, is null.
 *
 * @throws IncomparableError when the matrices are of different sizes; UsageError on fewer than 2 permutations.
 */
export function chanceLevel(
  first: PreparedSimilarity,
  second: PreparedSimilarity,
  options: ChanceOptions = {},
): ChanceResult {
  const { kind = 'ssad', permutations = 20, seed = 0, measures = ALIGNMENT_MEASURES } = options;
  if (!Number.isInteger(permutations) || permutations < 2)
    throw new UsageError(`A chance level needs at least 2 permutations; found ${permutations}.`);
  const [a, b] = onSharedClasses(first, second, options);
  const permuted = permutedAlignment(kind, a, b, measures, options);
  const random = createRandom(seed);
  const draws = Array.from({ length: permutations }, () => permuted(random.permutation(a.kept.length)));
  const identity = permuted(Uint32Array.from({ length: a.kept.length }, (_, i) => i));
  const level = (measure: AlignmentMeasure): ChanceLevel | null =>
    summarise(
      draws.map((draw) => draw[measure]),
      identity[measure],
    );
  return { permutations, seed, cosine: level('cosine'), spearman: level('spearman'), kendall: level('kendall') };
}

function summarise(draws: (number | null)[], observed: number | null): ChanceLevel | null {
  if (observed === null) return null;
  const values = draws as number[];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (values.length - 1));
  return { mean, sd, z: sd > 0 ? (observed - mean) / sd : null };
}
