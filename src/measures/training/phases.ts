import { UsageError } from '../../base/errors.ts';
import { type BrokenLineSegment, fitBrokenLine } from '../../statistics/broken-line.ts';

/**
 * The course of a curve over training. `learning` rises to a lasting maximum; `rising` and `falling` go one way only
 * and leave the boundaries open; `drop-then-growth` is how a network looks that fails to learn; `none` has no course
 * that stands out of its noise, or too few epochs to tell.
 */
export type CurveShape = 'learning' | 'rising' | 'falling' | 'drop-then-growth' | 'none';

/** A boundary between phases. Found ones carry their evidence, the others the reason why there is none. */
export type PhaseBoundary =
  | { status: 'found'; epoch: number; value: number; evidence: string }
  | { status: 'not reached' | 'none'; reason: string };

/** The phases of one alignment curve: where its surge, its refinement and its stabilisation begin and end, in epochs. */
export interface TrainingPhases {
  shape: CurveShape;
  /** The epoch where the smoothed curve reaches its first lasting maximum. */
  endOfSurge: PhaseBoundary;
  /** The first epoch from which the smoothed slope stays within the tolerance of zero to the end. */
  startOfStabilisation: PhaseBoundary;
  /** For a network that fails to learn: where its early drop ends and slow growth begins. */
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

export interface PhaseOptions {
  /** With fewer epochs nothing is said. */
  minEpochs?: number;
  /** A curve that moves less than this, in its own units, has no phases. */
  minChange?: number;
  /** A level slope moves the curve, over as many epochs as the run has, by at most this share of its range. */
  levelShare?: number;
  /** A maximum lasts when it is not passed for this share of the run, and for at least five epochs. */
  lastingShare?: number;
}

const MIN_LASTING = 5;
/** The range must exceed the noise by this factor before any shape is seen in it; in short curves by more. */
const SIGNAL_TO_NOISE = 4;
const SHORT_RUN = 10;
/** Two smoothed values closer than this share of the range are the same height. */
const SAME_HEIGHT = 0.02;
/** A maximum is one only when the curve falls below it by this share of the range, and clearly beyond its noise. */
const FALL = 0.01;
/** An early drop of at least this share of the range is the mark of a failing network. */
const DROP = 0.2;

/**
 * Finds the phases of a training run (Filus & Żarski et al., "Beyond Accuracy": surge, refinement, stabilisation; for a
 * network that fails to learn an early drop, then slow growth) in one of its curves, such as SAI(NCSM, SCSM) or Max
 * WSI. The curve is smoothed by a broken line that single outliers do not bend. A curve without a clear course gets no
 * phases: each boundary is found, with its evidence, or says why not.
 * @param epochs ascending
 * @param values one for each epoch; null or NaN where the curve has none
 */
export function detectPhases(
  epochs: ArrayLike<number>,
  values: ArrayLike<number | null>,
  options: PhaseOptions = {},
): TrainingPhases {
  const { minEpochs = 12, minChange = 0.005, levelShare = 0.1, lastingShare = 0.15 } = options;
  if (epochs.length !== values.length)
    throw new UsageError(`A curve has one value for each epoch; found ${epochs.length} and ${values.length}.`);
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < epochs.length; i++) {
    const value = values[i];
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    x.push(epochs[i]!);
    y.push(value);
  }
  if (x.length < Math.max(3, minEpochs))
    return withoutCourse(x, y, 'not reached', `${x.length} epochs are too few to tell phases; ${minEpochs} are needed`);

  const line = fitBrokenLine(x, y);
  const { segments, noise, fitted } = line;
  const heights = [segments[0]!.fromY, ...segments.map((segment) => segment.toY)];
  const places = [segments[0]!.fromX, ...segments.map((segment) => segment.toX)];
  const range = Math.max(...heights) - Math.min(...heights);
  const span = x[x.length - 1]! - x[0]!;
  const common = {
    epochs: x,
    smoothed: fitted,
    segments,
    noise,
    range,
    slopeTolerance: (levelShare * range) / span,
    outliers: line.outliers.map((i) => x[i]!),
  };
  if (range < minChange)
    return {
      ...common,
      ...noPhases('none', `the smoothed curve moves by ${show(range)} only, less than ${show(minChange)}`),
    };
  if (range < SIGNAL_TO_NOISE * (1 + SHORT_RUN / x.length) * noise)
    return {
      ...common,
      ...noPhases(
        'none',
        `the smoothed curve moves by ${show(range)}, which its noise of ${show(noise)} does not let stand out`,
      ),
    };

  const curve: Curve = { ...common, heights, places, lasting: Math.max(MIN_LASTING, lastingShare * span) };
  const drop = findDrop(curve);
  if (drop)
    return {
      ...common,
      ...noPhases('drop-then-growth', 'the curve drops first and then grows slowly: the network hardly learns'),
      endOfDrop: drop,
    };
  const endOfDrop: PhaseBoundary = { status: 'none', reason: 'the curve does not begin with a drop' };
  const rises = heights.some((height) => height > heights[0]! + SAME_HEIGHT * range);
  if (!rises)
    return { ...common, ...noPhases('falling', 'the curve never rises above its beginning, so there is no surge') };

  const endOfSurge = findEndOfSurge(curve);
  const level = levelFrom(curve);
  const startOfStabilisation = findStabilisation(curve, level, endOfSurge);
  return {
    ...common,
    shape: endOfSurge.status === 'found' ? 'learning' : 'rising',
    endOfSurge,
    startOfStabilisation,
    endOfDrop,
  };
}

interface Curve {
  segments: BrokenLineSegment[];
  heights: number[];
  places: number[];
  noise: number;
  range: number;
  slopeTolerance: number;
  lasting: number;
  epochs: number[];
}

function findEndOfSurge(curve: Curve): PhaseBoundary {
  const { heights, places, range, noise, lasting, epochs } = curve;
  const last = places[places.length - 1]!;
  const same = SAME_HEIGHT * range;
  for (let k = 1; k < heights.length; k++) {
    const height = heights[k]!;
    if (height < heights[0]! + same || height < heights[k - 1]! || (heights[k + 1] ?? height) > height) continue;
    const until = places[k]! + lasting;
    const later = heights.filter((_, j) => j > k && places[j]! <= until);
    if (later.some((other) => other > height + same)) continue;
    if (until > last)
      return {
        status: 'not reached',
        reason: `the highest smoothed value, ${show(height)} at epoch ${places[k]}, is followed by ${last - places[k]!} epochs only; ${Math.ceil(lasting)} would show that it lasts`,
      };
    const after = epochs.filter((epoch) => epoch > places[k]!).length;
    const fall = Math.max(FALL * range, (5 * noise) / Math.sqrt(Math.max(1, Math.min(after, lasting))));
    const lowest = Math.min(...heights.slice(k));
    if (height - lowest < fall) continue;
    // The maximum may be a slow crest: the surge ends where its height is first reached.
    let reached = k;
    while (reached > 1 && heights[reached - 1]! >= height - same) reached--;
    return {
      status: 'found',
      epoch: places[reached]!,
      value: heights[reached]!,
      evidence: `the smoothed curve rises from ${show(heights[0]!)} to ${show(heights[reached]!)} at epoch ${places[reached]}, is not passed for ${Math.ceil(lasting)} epochs and falls to ${show(lowest)} later`,
    };
  }
  return { status: 'not reached', reason: 'the smoothed curve rises without a maximum that it falls from' };
}

/** The first knot from which every piece is level to the end; undefined when the last one is not. */
function levelFrom(curve: Curve): number | undefined {
  const { segments, slopeTolerance, places } = curve;
  let k = segments.length;
  while (k > 0) {
    const { slope, standardError } = segments[k - 1]!;
    if (Math.abs(slope) > slopeTolerance + 2 * standardError) break;
    k--;
  }
  return k === segments.length ? undefined : places[k]!;
}

function findStabilisation(curve: Curve, level: number | undefined, endOfSurge: PhaseBoundary): PhaseBoundary {
  const { places, lasting, slopeTolerance, heights } = curve;
  const last = places[places.length - 1]!;
  if (level === undefined)
    return {
      status: 'not reached',
      reason: `the smoothed curve still moves at the end, by more than ${show(slopeTolerance)} per epoch`,
    };
  if (endOfSurge.status !== 'found')
    return {
      status: 'not reached',
      reason: `the smoothed curve is level from epoch ${level}, but no maximum ended the surge before`,
    };
  const epoch = Math.max(level, endOfSurge.epoch);
  if (last - epoch < lasting)
    return {
      status: 'not reached',
      reason: `the smoothed curve is level for the last ${last - epoch} epochs only; ${Math.ceil(lasting)} would show that it lasts`,
    };
  return {
    status: 'found',
    epoch,
    value: heights[places.indexOf(epoch)]!,
    evidence: `from epoch ${epoch} to the last, ${last}, no piece of the smoothed curve changes by more than ${show(slopeTolerance)} per epoch beyond its own uncertainty`,
  };
}

/** An early drop that slower growth follows to the end. */
function findDrop(curve: Curve): PhaseBoundary | undefined {
  const { heights, places, range } = curve;
  const low = heights.indexOf(Math.min(...heights));
  const end = heights.length - 1;
  if (low === 0 || low === end) return undefined;
  if (heights.slice(1, low).some((height) => height > heights[0]! + SAME_HEIGHT * range)) return undefined;
  const drop = heights[0]! - heights[low]!;
  const growth = heights[end]! - heights[low]!;
  const dropTime = places[low]! - places[0]!;
  const growthTime = places[end]! - places[low]!;
  const early = dropTime <= growthTime / 2;
  const slow = growth / growthTime < drop / dropTime / 2;
  if (drop < DROP * range || growth < DROP * range || !early || !slow) return undefined;
  return {
    status: 'found',
    epoch: places[low]!,
    value: heights[low]!,
    evidence: `the smoothed curve drops from ${show(heights[0]!)} to ${show(heights[low]!)} in ${dropTime} epochs and then grows to ${show(heights[end]!)} in ${growthTime}`,
  };
}

function noPhases(shape: CurveShape, reason: string) {
  const none: PhaseBoundary = { status: 'none', reason };
  return { shape, endOfSurge: none, startOfStabilisation: none, endOfDrop: none };
}

function withoutCourse(epochs: number[], values: number[], status: 'none' | 'not reached', reason: string) {
  const boundary: PhaseBoundary = { status, reason };
  return {
    shape: 'none' as const,
    endOfSurge: boundary,
    startOfStabilisation: boundary,
    endOfDrop: boundary,
    epochs,
    smoothed: Float64Array.from(values),
    segments: [],
    noise: 0,
    range: 0,
    slopeTolerance: 0,
    outliers: [],
  };
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}
