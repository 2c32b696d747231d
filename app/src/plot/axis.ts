/** A mark of an axis. */
export interface Tick {
  value: number;
  label: string;
}

/** Maps values to pixels. */
export interface Axis {
  place: (value: number) => number;
  ticks: Tick[];
}

/** The step of 1, 2 or 5 times a power of ten that divides a range into about `count` parts. */
function niceStep(range: number, count: number): number {
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  return (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power;
}

/** A range that holds all values with a little room; of one value, a range around it. */
export function extent(values: readonly number[], room = 0.06): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) * room : Math.abs(high) * 0.1 || 0.5;
  return [low - margin, high + margin];
}

const withMinus = (text: string): string => text.replace('-', '−');

/** An axis with equal steps from `from` to `to` pixels. */
export function linearAxis([low, high]: readonly [number, number], from: number, to: number, count = 5): Axis {
  const step = niceStep(high - low, count);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Tick[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    ticks.push({ value: k * step, label: withMinus((k * step || 0).toFixed(digits)) });
  return { place: (value) => from + ((value - low) / (high - low)) * (to - from), ticks };
}

/** An axis with equal ratios, marked at 1, 2 and 5 times the powers of ten, or at each power where there are many. */
export function logAxis(
  [low, high]: readonly [number, number],
  from: number,
  to: number,
  name: (value: number) => string,
): Axis {
  const [first, last] = [Math.log10(low), Math.log10(high)];
  const leads = last - first > 2.5 ? [1] : [1, 2, 5];
  const ticks: Tick[] = [];
  for (let power = Math.floor(first); power <= last; power++)
    for (const lead of leads) {
      const value = lead * 10 ** power;
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, label: name(value) });
    }
  return { place: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from), ticks };
}
