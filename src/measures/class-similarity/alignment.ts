import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import type { AlignmentKind } from './alignment-measures/alignment-measure.ts';
import { eachMeasure, type MeasureValues } from './alignment-measures/alignment-measures.ts';
import { onSharedClasses, type PreparedSimilarity } from './prepared-similarity.ts';

export interface AlignmentResult extends MeasureValues {
  /** Classes that took part. */
  classes: number;
  /** Classes left out of both matrices because either lacks them; ascending. */
  excluded: readonly number[];
  /** Why a measure is null, in words; null when all are there. */
  reason: string | null;
}

/**
 * Semantic Similarity Alignment: how a network's class similarity agrees with a semantic reference (Filus & Domańska).
 * Cosine of the off-diagonal entries, each matrix min–max scaled by its own; Spearman's ρ and Kendall's τ-b of the
 * entries above the diagonal. Classes that either side lacks are left out of both. The cosine is mostly chance: show it
 * beside {@link chanceLevel}.
 *
 * @throws IncomparableError when the matrices are of different sizes.
 */
export function ssad(
  network: PreparedSimilarity,
  reference: PreparedSimilarity,
  options: KernelOptions = {},
): AlignmentResult {
  return align('ssad', network, reference, options);
}

/**
 * Network Similarity Alignment: how the class similarities of two networks agree (Filus & Domańska). As {@link ssad},
 * but the cosine is of the raw entries, not scaled.
 *
 * @throws IncomparableError when the matrices are of different sizes.
 */
export function nsad(a: PreparedSimilarity, b: PreparedSimilarity, options: KernelOptions = {}): AlignmentResult {
  return align('nsad', a, b, options);
}

function align(
  kind: AlignmentKind,
  first: PreparedSimilarity,
  second: PreparedSimilarity,
  options: KernelOptions,
): AlignmentResult {
  const [a, b] = onSharedClasses(first, second, options);
  return {
    ...eachMeasure((_, measure) => measure.value({ kind, a, b, options })),
    classes: a.kept.length,
    excluded: [...new Set([...a.excluded, ...b.excluded])].sort((x, y) => x - y),
    reason: undefinedReason(a, b),
  };
}

function undefinedReason(a: PreparedSimilarity, b: PreparedSimilarity): string | null {
  const classes = a.kept.length;
  if (classes < 3) return `alignment needs at least three classes that both sides have; there ${count(classes)}`;
  if (!(a.max > a.min)) return 'all off-diagonal values of the first matrix are equal';
  if (!(b.max > b.min)) return 'all off-diagonal values of the second matrix are equal';
  return null;
}

function count(n: number): string {
  return n === 0 ? 'are none' : n === 1 ? 'is one' : 'are two';
}
