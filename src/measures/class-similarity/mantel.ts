import { UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { createRandom } from '../../statistics/random.ts';
import type { AlignmentKind } from './alignment-measures/alignment-measure.ts';
import { ALIGNMENT_MEASURES, type AlignmentMeasure, eachMeasure } from './alignment-measures/alignment-measures.ts';
import { permutedAlignment } from './permuted-alignment.ts';
import { onSharedClasses, type PreparedSimilarity } from './prepared-similarity.ts';

export interface MantelOptions extends KernelOptions, LongTask {
  /** "ssad" (default) or "nsad": which cosine. */
  kind?: AlignmentKind;
  /** Default 999. */
  permutations?: number;
  /** Default 0. */
  seed?: number;
  /** Default all three. */
  measures?: readonly AlignmentMeasure[];
}

/** One-sided p-values: how often chance aligns at least as well. Null where the measure is undefined or not asked for. */
export interface MantelResult extends Record<AlignmentMeasure, number | null> {
  permutations: number;
  seed: number;
}

/** A permutation that leaves the alignment as it is may differ by rounding. */
const ROUNDING = 1e-12;

/**
 * Mantel's test (Mantel 1967) of whether two class-similarity matrices agree beyond chance: the classes of `b` are
 * permuted, and p = (1 + #{permuted ≥ observed}) / (1 + permutations).
 *
 * @throws UsageError on less than one permutation; IncomparableError when sizes differ; an abort when the signal says so.
 */
export function mantelTest(
  first: PreparedSimilarity,
  second: PreparedSimilarity,
  options: MantelOptions = {},
): MantelResult {
  const { kind = 'ssad', permutations = 999, seed = 0, measures = ALIGNMENT_MEASURES } = options;
  if (!Number.isInteger(permutations) || permutations < 1)
    throw new UsageError(`A permutation test needs at least one permutation; found ${permutations}.`);
  const [a, b] = onSharedClasses(first, second, options);
  const classes = a.kept.length;
  const permuted = permutedAlignment(kind, a, b, measures, options);
  const observed = permuted(Uint32Array.from({ length: classes }, (_, i) => i));
  const atLeast = eachMeasure(() => 0);
  const random = createRandom(seed);
  for (let done = 1; done <= permutations; done++) {
    options.signal?.throwIfAborted();
    const values = permuted(random.permutation(classes));
    for (const measure of measures) if (values[measure]! >= observed[measure]! - ROUNDING) atLeast[measure]++;
    options.onProgress?.({ task: 'Mantel test', done, total: permutations, unit: 'permutations' });
  }
  const p = (measure: AlignmentMeasure): number | null =>
    observed[measure] === null ? null : (1 + atLeast[measure]) / (1 + permutations);
  return { permutations, seed, ...eachMeasure(p) };
}
