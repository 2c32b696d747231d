import { type PhaseBoundary, type SmoothedCurve, show } from './phase-types.ts';
import { SAME_HEIGHT } from './surge.ts';

/** An early drop of at least this share of the range is the mark of a failing network. */
const DROP = 0.2;
/** Of an initial gain, the share that must be lost for it to count as discarded. */
const DISCARDED = 1 / 3;
/** Growth after a drop is growth from this share of the range on, and from so many deviations of the noise. */
const GROWTH = 0.1;
const CLEAR_OF_NOISE = 3;

/** An early drop that slower growth follows to the end. */
export function findDrop({ heights, places, range }: SmoothedCurve): PhaseBoundary | undefined {
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

/** An initial gain of which at least a third is lost soon, with slow growth after (Appendix E of the paper). */
export function findDiscardedStart(
  curve: SmoothedCurve,
): { endOfGain: PhaseBoundary; endOfDrop: PhaseBoundary } | undefined {
  const { heights, places, range, noise } = curve;
  const end = heights.length - 1;
  const first = heights.findIndex((height, k) => k > 0 && k < end && height > heights[0]! && heights[k + 1]! < height);
  if (first < 0) return undefined;
  const low = indexOfLeast(heights, first + 1);
  let peak = first;
  for (let k = first; k < low; k++) if (heights[k]! > heights[peak]!) peak = k;
  const gain = heights[peak]! - heights[0]!;
  const drop = heights[peak]! - heights[low]!;
  const growth = heights[end]! - heights[low]!;
  const gainTime = places[peak]! - places[0]!;
  const growthTime = places[end]! - places[low]!;
  const clear = CLEAR_OF_NOISE * noise;
  const early = places[low]! - places[0]! <= growthTime / 2;
  const slow = growth / growthTime < gain / gainTime / 2;
  if (gain < Math.max(DROP * range, clear) || drop < Math.max(DISCARDED * gain, clear)) return undefined;
  if (growth < Math.max(GROWTH * range, clear) || !early || !slow) return undefined;
  return {
    endOfGain: {
      status: 'found',
      epoch: places[peak]!,
      value: heights[peak]!,
      evidence: `the smoothed curve gains ${show(gain)} until epoch ${places[peak]} and loses ${show(drop)} of it, ${Math.round((100 * drop) / gain)} %`,
    },
    endOfDrop: {
      status: 'found',
      epoch: places[low]!,
      value: heights[low]!,
      evidence: `the loss ends at ${show(heights[low]!)} in epoch ${places[low]}; growth to ${show(heights[end]!)} takes the ${growthTime} epochs after`,
    },
  };
}

function indexOfLeast(heights: readonly number[], from: number): number {
  let least = from;
  for (let k = from; k < heights.length; k++) if (heights[k]! < heights[least]!) least = k;
  return least;
}
