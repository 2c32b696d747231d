import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import type { AlignmentKind } from './alignment-measures/alignment-measure.ts';
import { type AlignmentMeasure, eachMeasure, type MeasureValues } from './alignment-measures/alignment-measures.ts';
import type { PreparedSimilarity } from './prepared-similarity.ts';

/** The measures when class i of the first matrix meets class permutation[i] of the second. */
export type PermutedAlignment = (permutation: Uint32Array) => MeasureValues;

/**
 * Alignment of `a` with `b` under permutations of the classes of b, without ranking anything again: minima, norms and
 * ties do not change, only which entry meets which. Both on the same classes; measures not asked for are null.
 */
export function permutedAlignment(
  kind: AlignmentKind,
  a: PreparedSimilarity,
  b: PreparedSimilarity,
  measures: readonly AlignmentMeasure[],
  options: KernelOptions = {},
): PermutedAlignment {
  const permuted = eachMeasure((id, measure) =>
    measures.includes(id) ? measure.permuted({ kind, a, b, options }) : undefined,
  );
  return (permutation) => eachMeasure((id) => permuted[id]?.(permutation) ?? null);
}
