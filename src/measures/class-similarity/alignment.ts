import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { kendallOfRanks } from '../../statistics/kendall.ts';
import { spearmanOfRanks } from '../../statistics/spearman.ts';
import { onSharedClasses, type PreparedSimilarity, pairDot } from './prepared-similarity.ts';

/** The three measures of how two class-similarity matrices agree. */
export type AlignmentMeasure = 'cosine' | 'spearman' | 'kendall';

/** How two similarity matrices are compared, entry by entry over the upper triangle: each a correlation in [−1, 1]. */
export const ALIGNMENT_MEASURES: readonly AlignmentMeasure[] = ['cosine', 'spearman', 'kendall'];

/** One number per measure; null where it is undefined. */
export type MeasureValues = Record<AlignmentMeasure, number | null>;

/** "ssad" scales both matrices to [0, 1] before the cosine, "nsad" takes them raw; the rank measures are the same. */
export type AlignmentKind = 'ssad' | 'nsad';

export interface AlignmentResult extends MeasureValues {
  /** Classes that took part. */
  classes: number;
  /** Classes left out of both matrices because either lacks them; ascending. */
  excluded: readonly number[];
  /** Why a measure is null, in words; null when all three are there. */
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
    cosine: pairCosine(kind, a, b),
    spearman: spearmanOfRanks(a.ranks, b.ranks),
    kendall: kendallOfRanks(a.ranks, b.ranks, options),
    classes: a.kept.length,
    excluded: [...new Set([...a.excluded, ...b.excluded])].sort((x, y) => x - y),
    reason: undefinedReason(a, b),
  };
}

/** What is subtracted from each entry before the cosine: the minimum for SSAD, nothing for NSAD. */
export function cosineOffset(kind: AlignmentKind, side: PreparedSimilarity): number {
  return kind === 'ssad' ? side.min : 0;
}

/**
 * Cosine of the entries above the diagonal, which for symmetric matrices is that of all off the diagonal. Dividing by
 * the range changes no angle, so SSAD only needs the minimum taken off.
 */
function pairCosine(kind: AlignmentKind, a: PreparedSimilarity, b: PreparedSimilarity): number | null {
  if (kind === 'ssad' && (!(a.max > a.min) || !(b.max > b.min))) return null;
  const squares = kind === 'ssad' ? a.squaresAboveMin * b.squaresAboveMin : a.squares * b.squares;
  if (squares === 0) return null;
  const dot = pairDot(a.pairs, cosineOffset(kind, a), b.pairs, cosineOffset(kind, b));
  return Math.max(-1, Math.min(1, dot / Math.sqrt(squares)));
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
