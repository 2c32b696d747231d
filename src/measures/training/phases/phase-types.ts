import type { BrokenLineSegment } from '../../../statistics/broken-line.ts';

/**
 * The course of a curve over training. `learning` rises to a lasting maximum; `discarded-start` gains at first, loses at
 * least a third of that gain and grows slowly after; `drop-first` drops, then grows slowly: both are how networks look
 * that hardly learn. `rising` and `falling` go one way only and leave the boundaries open. `none` never leaves its chance
 * level, has no course that stands out of its noise, or too few epochs to tell.
 */
export type CurveShape = 'learning' | 'discarded-start' | 'drop-first' | 'rising' | 'falling' | 'none';

/** Where a boundary lies when the classes are resampled. */
export interface BoundaryInterval {
  /** The middle 90 % of the resamples that have the boundary. */
  low: number;
  high: number;
  /** Share of the resamples that have it. */
  share: number;
}

/** A boundary between phases. Found ones carry their evidence, the others the reason why there is none. */
export type PhaseBoundary =
  | { status: 'found'; epoch: number; value: number; evidence: string; interval?: BoundaryInterval }
  | { status: 'not reached' | 'none'; reason: string };

export const BOUNDARIES = ['endOfSurge', 'startOfStabilisation', 'endOfGain', 'endOfDrop'] as const;
export type BoundaryName = (typeof BOUNDARIES)[number];

/** The phases of one curve: where each begins and ends in epochs, with intervals and the evidence. */
export interface TrainingPhases extends Record<BoundaryName, PhaseBoundary> {
  shape: CurveShape;
  /** The first epoch with 90 % of the rise from the start to the first lasting maximum of the smoothed curve. */
  endOfSurge: PhaseBoundary;
  /** The first epoch from which the smoothed slope stays within the tolerance of zero to the end. */
  startOfStabilisation: PhaseBoundary;
  /** Of a discarded start: where its initial gain ends. */
  endOfGain: PhaseBoundary;
  /** Where a drop ends and slow growth begins: after a discarded start, or from the first epoch on. */
  endOfDrop: PhaseBoundary;
  /** Epochs that had a value, ascending, and the smoothed curve at each. */
  epochs: number[];
  smoothed: Float64Array;
  segments: BrokenLineSegment[];
  /** Standard deviation of the values about the smoothed curve. */
  noise: number;
  /** Highest minus lowest smoothed value. */
  range: number;
  /** Slope per epoch that still counts as level. */
  slopeTolerance: number;
  /** Epochs whose value stands apart from both neighbours and was not used. */
  outliers: number[];
}

/** The smoothed curve as the searches for boundaries see it. */
export interface SmoothedCurve {
  segments: BrokenLineSegment[];
  /** Of the knots. */
  heights: number[];
  places: number[];
  noise: number;
  range: number;
  slopeTolerance: number;
  /** A maximum lasts when it is not passed for so many epochs. */
  lasting: number;
  epochs: number[];
}

/** Three digits, as evidence and reasons show them. */
export function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}
