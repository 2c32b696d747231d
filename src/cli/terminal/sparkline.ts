const BLOCKS = '▁▂▃▄▅▆▇█';

/**
 * A curve as one line of block characters, scaled to its own lowest and highest value; a blank where there is no value.
 * A curve longer than `width` is drawn by the means of equal stretches.
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const points = values.length <= width ? values : stretches(values, width);
  const known = points.filter((value) => value !== null);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  return points
    .map((value) => {
      if (value === null) return ' ';
      if (range === 0) return BLOCKS[3];
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.floor(((value - low) / range) * BLOCKS.length))];
    })
    .join('');
}

function stretches(values: readonly (number | null)[], width: number): (number | null)[] {
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width);
    const known = values
      .slice(from, Math.floor(((i + 1) * values.length) / width))
      .filter((value): value is number => value !== null);
    return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  });
}
