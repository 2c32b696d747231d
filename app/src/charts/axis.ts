import { extent } from 'd3-array';
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { withMinus } from '#src/base/number-text.ts';

/** First and last value of an axis. */
export type Domain = readonly [number, number];

/** A mark of an axis. */
export interface Tick {
  value: number;
  label: string;
}

/** Values along a stretch of pixels, or along the shares 0 … 1 of one whose pixels are not known yet. */
export interface Axis {
  domain: Domain;
  log: boolean;
  ticks: readonly Tick[];
  place: (value: number) => number;
  /** The value at a place: the inverse of `place`. */
  valueAt: (place: number) => number;
}

/** Equal steps, with about `count` marks at round values. */
export function linearAxis(domain: Domain, range: Domain, count = 5): Axis {
  const scale = scaleLinear(domain, range);
  const name = scale.tickFormat(count);
  return axisOf(
    scale,
    scale.ticks(count).map((value) => ({ value, label: name(value) })),
  );
}

/** Equal steps, marked at whole values only: epochs, or counts. */
export function wholeAxis(domain: Domain, range: Domain, count = 5): Axis {
  const scale = scaleLinear(domain, range);
  const ticks = scale.ticks(count).filter(Number.isInteger);
  return axisOf(
    scale,
    ticks.map((value) => ({ value, label: value.toLocaleString('en-GB') })),
  );
}

/** Equal ratios. Both ends of the domain are above 0; a value that is not has no place. */
export function logAxis(domain: Domain, range: Domain, name: (value: number) => string = powerText): Axis {
  const scale = scaleLog(domain, range);
  // The scale's own names leave out marks that would crowd; those that it names are named here.
  const isNamed = scale.tickFormat(6);
  const ticks = scale.ticks(6).filter((value) => isNamed(value) !== '');
  return axisOf(
    scale,
    ticks.map((value) => ({ value, label: name(value) })),
    true,
  );
}

function axisOf(scale: ScaleContinuousNumeric<number, number>, ticks: readonly Tick[], log = false): Axis {
  const [low, high] = scale.domain() as [number, number];
  return { domain: [low, high], log, ticks, place: scale, valueAt: scale.invert };
}

/** Pixels of a character of a mark's name, and between two names. */
const [CHARACTER, BETWEEN] = [6.3, 8];

/**
 * The marks of a horizontal axis whose names have room beside one another: all, or every second, third … counted from
 * zero. `scale` is how many pixels a step of `place` is.
 */
export function roomyTicks({ ticks, place }: Axis, scale = 1): readonly Tick[] {
  const zero = Math.max(
    0,
    ticks.findIndex(({ value }) => value === 0),
  );
  for (let every = 1; every < ticks.length; every++) {
    const kept = ticks.filter((_, i) => (i - zero) % every === 0);
    const fits = kept.every((tick, i) => {
      const next = kept[i + 1];
      if (!next) return true;
      const names = ((tick.label.length + next.label.length) / 2) * CHARACTER;
      return Math.abs(place(next.value) - place(tick.value)) * scale >= names + BETWEEN;
    });
    if (fits) return kept;
  }
  return ticks.slice(zero, zero + 1);
}

/** All values with a little room around them; of one value, a range around it. */
export function domainAround(values: Iterable<number>, room = 0.06): Domain {
  const [low, high] = extent(values);
  if (low === undefined) return [0, 1];
  const air = high > low ? (high - low) * room : Math.abs(high) * 0.1 || 0.5;
  return [low - air, high + air];
}

/** As `domainAround`, but what all but begins at zero begins there. */
export function domainFromZero(values: Iterable<number>): Domain {
  const [low, high] = extent(values);
  if (low === undefined) return [0, 1];
  const air = (high - low || Math.abs(high) || 1) * 0.07;
  return [low >= 0 && low - air < (high - low) * 0.25 ? 0 : low - air, high + air];
}

/** The values above 0 with equal room, as a ratio, on either side. */
export function logDomain(values: Iterable<number>, ratio = 10 ** 0.1): Domain {
  const [low, high] = extent([...values].filter((value) => value > 0));
  return low === undefined ? [1, 10] : [low / ratio, high * ratio];
}

/** Plain where that is short, else a power of ten. */
function powerText(value: number): string {
  return value >= 0.01 && value < 1000
    ? String(Number(value.toPrecision(1)))
    : withMinus(value.toExponential(0).replace('+', ''));
}
