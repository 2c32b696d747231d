import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { PreparedSimilarity } from '../prepared-similarity.ts';
import type { CountedPairs, PairTable } from './pair-table.ts';
import type { OrderedPairs, Resample } from './resample.ts';

/** "ssad" scales both matrices to [0, 1] before the cosine, "nsad" takes them raw; the rank measures are the same. */
export type AlignmentKind = 'ssad' | 'nsad';

/** Two class-similarity matrices on the same classes, and what their alignment is for. */
export interface AlignedSides {
  kind: AlignmentKind;
  a: PreparedSimilarity;
  b: PreparedSimilarity;
  options: KernelOptions;
}

/** Mean and standard deviation of a measure over all orders of the classes of one matrix. */
export interface ChanceMoments {
  mean: number;
  sd: number;
  /** Random permutations behind `sd`; 0 where it is exact. */
  draws: number;
  /** Relative standard error of `sd`, and so of z; 0 where it is exact. */
  sdError: number;
}

/**
 * A measure of how two class-similarity matrices agree. Everything that shows, resamples, permutes or stores alignment
 * goes through the list of these in `alignment-measures.ts`.
 */
export interface AlignmentMeasureDefinition {
  /** Its name in options, studies and JSON. */
  id: string;
  /** Its name in reports, and in the narrow heads of tables. */
  title: string;
  shortTitle: string;
  /** The measure of two sides; null where it is undefined. */
  value(sides: AlignedSides): number | null;
  /**
   * The measure when class i of `a` meets class permutation[i] of `b`, without ranking anything again; undefined where
   * the measure is.
   */
  permuted(sides: AlignedSides): ((permutation: Uint32Array) => number) | undefined;
  /** Its chance level; undefined where the measure is. `draws` fixes the number of permutations where any are drawn. */
  chance(sides: AlignedSides, draws: number | undefined): ChanceMoments | undefined;
  /** The measure under resampling of the classes. */
  resampled(kind: AlignmentKind, model: OrderedPairs, reference: PreparedSimilarity): (draw: Resample) => number | null;
  /**
   * What the measure sees of a matrix's entries above the diagonal. The mean of these over several matrices is the one that
   * agrees best with all of them. Null where the measure is undefined.
   */
  direction(side: PreparedSimilarity): Float64Array | null;
  /** The measure from a table of pairs, where there are too many classes for whole matrices. */
  ofTable(table: PairTable): number | null;
  /** Its chance level there: over the classes that take part, with some tables of permuted classes. */
  chanceOfCounts(counts: CountedPairs, shared: readonly number[], permuted: readonly PairTable[]): ChanceMoments;
}

/** A matrix of equal values cannot be scaled or ranked. */
export function isConstant({ min, max }: PreparedSimilarity): boolean {
  return !(max > min);
}

/** Rounding may carry a cosine or correlation a hair beyond 1. */
export function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
