/** A range of values and the marks along it. */
export interface Axis {
  low: number;
  high: number;
  ticks: readonly number[];
  log: boolean;
}

const STEPS = [1, 2, 5, 10] as const;

/** A round step that puts about `count` marks on a range; of whole numbers only where asked. */
export function roundStep(span: number, count: number, whole = false): number {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw || 1));
  const step = power * STEPS.find((candidate) => candidate * power >= raw * 0.999)!;
  return whole ? Math.max(1, Math.round(step)) : step;
}

/** Marks at round values within a range. */
export function roundTicks(low: number, high: number, count: number, whole = false): number[] {
  const step = roundStep(high - low, count, whole);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step + 0);
  return ticks;
}

/** An axis around values, with a little air; values that are all alike get a range of their own. */
export function linearAxis(values: Iterable<number>, count = 4): Axis {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, high: 1, ticks: [0, 1], log: false };
  const air = (high - low || Math.abs(high) || 1) * 0.07;
  // An axis that all but begins at zero begins there.
  const bottom = low >= 0 && low - air < (high - low) * 0.25 ? Math.min(0, low) : low - air;
  return { low: bottom, high: high + air, ticks: roundTicks(bottom, high + air, count), log: false };
}

/** An axis of powers of ten; values that are not positive have no place on it. */
export function logAxis(values: Iterable<number>): Axis {
  const exponents = [...values].filter((value) => value > 0).map(Math.log10);
  if (exponents.length === 0) return { low: 0, high: 1, ticks: [], log: true };
  const low = exponents.reduce((a, b) => Math.min(a, b)) - 0.1;
  const high = exponents.reduce((a, b) => Math.max(a, b)) + 0.1;
  const step = Math.max(1, Math.ceil((high - low) / 5));
  const ticks: number[] = [];
  for (let e = Math.ceil(low); e <= high; e += step) ticks.push(10 ** e);
  return { low, high, ticks, log: true };
}

/** A value's place along an axis, 0 at its low end and 1 at its high end. */
export function share(axis: Axis, value: number): number {
  return ((axis.log ? Math.log10(value) : value) - axis.low) / (axis.high - axis.low || 1);
}

/** A mark's text: as few decimals as tell the marks apart. */
export function tickText(axis: Axis, value: number): string {
  if (axis.log)
    return value >= 0.01 && value < 1000 ? String(Number(value.toPrecision(1))) : `1e${Math.round(Math.log10(value))}`;
  const [first = 0, second = 1] = axis.ticks;
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(Math.abs(second - first)) + 1e-9)));
  const text = Math.abs(value) >= 10_000 ? value.toLocaleString('en-GB') : value.toFixed(digits);
  return text.replace(/^-(?=0(\.0*)?$)/, '').replace('-', '−');
}
