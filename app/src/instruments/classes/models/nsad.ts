import type { ColourRange } from '../../../kit/theme/colour-scale.ts';

/** From the lowest to the highest value off the diagonal; of one value, a range around it within −1 … 1. */
export function nsadRange(values: readonly (readonly (number | null)[])[]): ColourRange {
  const known = values.flatMap((row, i) => row.filter((value, j): value is number => i !== j && value !== null));
  if (known.length === 0) return { low: 0, high: 1 };
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return high > low ? { low, high } : { low: Math.max(-1, low - 0.1), high: Math.min(1, high + 0.1) };
}
