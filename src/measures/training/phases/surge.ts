import { type PhaseBoundary, type SmoothedCurve, show } from './phase-types.ts';

/** Two smoothed values closer than this share of the range are the same height. */
export const SAME_HEIGHT = 0.02;
/** A curve falls after its maximum when it does so by this share of the range, and clearly beyond its noise. */
const FALL = 0.01;
/** The surge ends with this share of the rise to the first lasting maximum. */
const SURGE_SHARE = 0.9;
/**
 * An approach to a level at a steady rate has 90 % of its way behind it after ln 10 of its times, and is there to all that
 * can be told (99.99 %) after four times as long. A curve that is level by then has levelled off; one that takes longer
 * was refined in between.
 */
const LEVELS_OFF = 4;

export interface Surge {
  boundary: PhaseBoundary;
  /** Whether the curve falls again after its maximum. */
  falls: boolean;
}

export function hasRise({ heights, range }: SmoothedCurve): boolean {
  return heights.some((height) => height > heights[0]! + SAME_HEIGHT * range);
}

/** The first epoch with 90 % of the rise to the first lasting maximum. */
export function findEndOfSurge(curve: SmoothedCurve): Surge {
  const { heights, places, range, noise, lasting, epochs } = curve;
  const last = places[places.length - 1]!;
  const same = SAME_HEIGHT * range;
  for (let k = 1; k < heights.length; k++) {
    const height = heights[k]!;
    if (height < heights[0]! + same || height < heights[k - 1]!) continue;
    const until = places[k]! + lasting;
    if (heightsUntil(curve, k, until).some((other) => other > height + same)) continue;
    if (until > last)
      return {
        boundary: {
          status: 'not reached',
          reason: `the highest smoothed value, ${show(height)} at epoch ${places[k]}, is followed by ${last - places[k]!} epochs only; ${Math.ceil(lasting)} would show that it lasts`,
        },
        falls: false,
      };
    const { epoch, value } = reached(curve, heights[0]! + SURGE_SHARE * (height - heights[0]!));
    const after = epochs.filter((other) => other > places[k]!).length;
    const fall = Math.max(FALL * range, (5 * noise) / Math.sqrt(Math.max(1, Math.min(after, lasting))));
    const lowest = Math.min(...heights.slice(k));
    const falls = height - lowest >= fall;
    return {
      boundary: {
        status: 'found',
        epoch,
        value,
        evidence: `the smoothed curve rises from ${show(heights[0]!)} to ${show(height)} at epoch ${places[k]}, which is not passed for ${Math.ceil(lasting)} epochs${falls ? ` and falls to ${show(lowest)} later` : ''}; 90 % of the rise is there at epoch ${epoch}`,
      },
      falls,
    };
  }
  return {
    boundary: { status: 'not reached', reason: 'the smoothed curve rises without a lasting maximum' },
    falls: false,
  };
}

/** The smoothed heights that a maximum at knot k is compared with: those of later knots, and where the time is up. */
function heightsUntil({ heights, places }: SmoothedCurve, k: number, until: number): number[] {
  const later: number[] = [];
  for (let j = k + 1; j < heights.length; j++) {
    if (places[j]! <= until) {
      later.push(heights[j]!);
      continue;
    }
    const share = (until - places[j - 1]!) / (places[j]! - places[j - 1]!);
    later.push(heights[j - 1]! + share * (heights[j]! - heights[j - 1]!));
    break;
  }
  return later;
}

/** The first epoch at which the smoothed curve has risen to a height, and the curve there. */
function reached({ heights, places, epochs }: SmoothedCurve, height: number): { epoch: number; value: number } {
  let j = 1;
  while (j < heights.length - 1 && heights[j]! < height) j++;
  const slope = (heights[j]! - heights[j - 1]!) / (places[j]! - places[j - 1]!);
  const at = places[j - 1]! + (height - heights[j - 1]!) / slope;
  // A knot may be off its place by rounding.
  const epoch = epochs.find((candidate) => candidate >= at - 1e-9) ?? places[j]!;
  return { epoch, value: heights[j - 1]! + slope * (Math.min(epoch, places[j]!) - places[j - 1]!) };
}

/** The first knot from which every piece is level to the end; undefined when the last one is not. */
function levelFrom({ segments, slopeTolerance, places }: SmoothedCurve): number | undefined {
  let k = segments.length;
  while (k > 0) {
    const { slope, standardError } = segments[k - 1]!;
    if (Math.abs(slope) > slopeTolerance + 2 * standardError) break;
    k--;
  }
  return k === segments.length ? undefined : places[k]!;
}

/** From where on the curve stays level: at once where it levels off without falling, else where it no longer moves. */
export function findStabilisation(curve: SmoothedCurve, { boundary: surge, falls }: Surge): PhaseBoundary {
  const { places, lasting, slopeTolerance, heights } = curve;
  const first = places[0]!;
  const last = places[places.length - 1]!;
  const level = levelFrom(curve);
  if (level === undefined)
    return {
      status: 'not reached',
      reason: `the smoothed curve still moves at the end, by more than ${show(slopeTolerance)} per epoch`,
    };
  if (surge.status !== 'found')
    return {
      status: 'not reached',
      reason: `the smoothed curve is level from epoch ${level}, but no lasting maximum ended the surge before`,
    };
  const levelsOff = !falls && level - first <= LEVELS_OFF * (surge.epoch - first);
  const epoch = levelsOff ? surge.epoch : Math.max(level, surge.epoch);
  if (last - level < lasting)
    return {
      status: 'not reached',
      reason: `the smoothed curve is level for the last ${last - level} epochs only; ${Math.ceil(lasting)} would show that it lasts`,
    };
  const rest = `from epoch ${level} to the last, ${last}, no piece of the smoothed curve changes by more than ${show(slopeTolerance)} per epoch beyond its own uncertainty`;
  return {
    status: 'found',
    epoch,
    value: epoch === surge.epoch ? surge.value : heights[places.indexOf(epoch)]!,
    evidence: levelsOff ? `the curve levels off without falling, at the pace of its surge: ${rest}` : rest,
  };
}
