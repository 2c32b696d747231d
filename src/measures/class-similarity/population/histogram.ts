/** A histogram with equal bins, and the moments of the values themselves. */
export interface Histogram {
  n: number;
  mean: number | null;
  /** Sample standard deviation; null for fewer than two values. */
  sd: number | null;
  /** Edges of the bins, one more than counts. The last bin includes its right edge. */
  edges: number[];
  counts: number[];
}

/**
 * Counts values in equal bins over [low, high]; values outside fall into the outermost bins, so that none is lost.
 */
export function histogram(
  values: readonly number[],
  { bins = 30, low, high }: { bins?: number; low?: number; high?: number } = {},
): Histogram {
  const n = values.length;
  // One by one: as many arguments as there are pairs of many networks are more than a call takes.
  const from = low ?? (n === 0 ? 0 : values.reduce((least, value) => Math.min(least, value)));
  const to = high ?? (n === 0 ? 1 : values.reduce((most, value) => Math.max(most, value)));
  const width = (to - from || 1) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.max(0, Math.min(bins - 1, Math.floor((value - from) / width)))]!++;
  const mean = n === 0 ? null : values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean!) ** 2, 0);
  return {
    n,
    mean,
    sd: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    edges: Array.from({ length: bins + 1 }, (_, i) => from + i * width),
    counts,
  };
}
