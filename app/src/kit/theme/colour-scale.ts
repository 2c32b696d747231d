/** The values at the two ends of the colours; what lies beyond takes the end's colour. */
export interface ColourRange {
  low: number;
  high: number;
}

/** A value's place in the colour table, 0 … 255. */
export function colourIndex(value: number, range: ColourRange): number {
  const share = (value - range.low) / (range.high - range.low);
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}
