import { UsageError } from '../../../base/errors.ts';
import { fitBrokenLine } from '../../../statistics/broken-line.ts';
import { findDiscardedStart, findDrop } from './failed-start.ts';
import { type CurveShape, type PhaseBoundary, type SmoothedCurve, show, type TrainingPhases } from './phase-types.ts';
import { findEndOfSurge, findStabilisation, hasRise } from './surge.ts';

export type { CurveShape, PhaseBoundary, TrainingPhases } from './phase-types.ts';

export interface PhaseOptions {
  /** With fewer epochs nothing is said. */
  minEpochs?: number;
  /** A curve that moves less than this, in its own units, has no phases. */
  minChange?: number;
  /** A level slope moves the curve, over as many epochs as the run has, by at most this share of its range. */
  levelShare?: number;
  /** A maximum lasts when it is not passed for this share of the run, and for at least five epochs. */
  lastingShare?: number;
  /**
   * How many deviations the curve lies above its chance level at each epoch, where it has one: a curve that never passes
   * 3 for three epochs running has no phase.
   */
  z?: ArrayLike<number | null>;
}

const MIN_LASTING = 5;
/** The range must exceed the noise by this factor before any shape is seen in it; in short curves by more. */
const SIGNAL_TO_NOISE = 4;
const SHORT_RUN = 10;
/** z above which a curve has left its chance level, and for how many epochs running. */
const LEFT_CHANCE = 3;
const RUNNING = 3;

/**
 * Finds the phases of a training run (Filus & Żarski et al., "Beyond Accuracy": surge, refinement, stabilisation; for a
 * network that fails to learn, as in its Appendix E, an initial gain that is discarded, or an early drop, then slow
 * growth) in one of its curves, such as the z of SAI(NCSM, SCSM) or Max WSI. The curve is smoothed by a broken line that
 * single outliers do not bend. A curve without a clear course gets no phases: each boundary is found, with its evidence,
 * or says why not.
 * @param epochs ascending
 * @param values one for each epoch; null or NaN where the curve has none
 */
export function detectPhases(
  epochs: ArrayLike<number>,
  values: ArrayLike<number | null>,
  options: PhaseOptions = {},
): TrainingPhases {
  const { minEpochs = 12, minChange = 0.005, levelShare = 0.1, lastingShare = 0.15, z } = options;
  if (epochs.length !== values.length || (z && z.length !== epochs.length))
    throw new UsageError(
      `A curve has one value for each epoch; found ${epochs.length} and ${z && z.length !== epochs.length ? z.length : values.length}.`,
    );
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
  const atChance = z && staysAtChance(z);
  if (atChance) return withoutCourse(x, y, 'none', atChance);

  const { segments, noise, fitted, outliers } = fitBrokenLine(x, y);
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
    outliers: outliers.map((i) => x[i]!),
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

  const curve = { ...common, heights, places, lasting: Math.max(MIN_LASTING, lastingShare * span) };
  return { ...common, ...boundariesOf(curve) };
}

function boundariesOf(curve: SmoothedCurve) {
  const drop = findDrop(curve);
  if (drop)
    return {
      ...noPhases('drop-first', 'the curve drops first and then grows slowly: the network hardly learns'),
      endOfDrop: drop,
    };
  const discarded = findDiscardedStart(curve);
  if (discarded)
    return {
      ...noPhases(
        'discarded-start',
        'the initial gain is discarded and slow growth follows: the network hardly learns',
      ),
      ...discarded,
    };
  if (!hasRise(curve)) return noPhases('falling', 'the curve never rises above its beginning, so there is no surge');
  const surge = findEndOfSurge(curve);
  const none: PhaseBoundary = { status: 'none', reason: 'the curve has no early drop that slow growth follows' };
  return {
    shape: surge.boundary.status === 'found' ? ('learning' as const) : ('rising' as const),
    endOfSurge: surge.boundary,
    startOfStabilisation: findStabilisation(curve, surge),
    endOfGain: none,
    endOfDrop: none,
  };
}

/** Why a curve counts as never having left its chance level; undefined when it has. */
function staysAtChance(z: ArrayLike<number | null>): string | undefined {
  let running = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < z.length; i++) {
    const value = z[i];
    if (value === null || value === undefined || Number.isNaN(value)) continue;
    highest = Math.max(highest, value);
    running = value > LEFT_CHANCE ? running + 1 : 0;
    if (running >= RUNNING) return undefined;
  }
  if (highest === Number.NEGATIVE_INFINITY) return undefined;
  return `the curve never lies ${LEFT_CHANCE} deviations above its chance level for ${RUNNING} epochs running; the most is ${show(highest)}`;
}

function noPhases(shape: CurveShape, reason: string) {
  const none: PhaseBoundary = { status: 'none', reason };
  return { shape, endOfSurge: none, startOfStabilisation: none, endOfGain: none, endOfDrop: none };
}

function withoutCourse(
  epochs: number[],
  values: number[],
  status: 'none' | 'not reached',
  reason: string,
): TrainingPhases {
  const boundary: PhaseBoundary = { status, reason };
  return {
    shape: 'none',
    endOfSurge: boundary,
    startOfStabilisation: boundary,
    endOfGain: boundary,
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
