import { IncomparableError } from '../../../base/errors.ts';

/** Height and width of a map; positions run row by row. */
export interface Extent {
  height: number;
  width: number;
}

/**
 * The circular shift (dy, dx) of the second map with the greatest sum of affinities: position (y, x) is matched with
 * ((y + dy) mod height, (x + dx) mod width). Undoes a translation of the whole picture and nothing else. Ties go to the
 * smaller shift. O(positions²).
 *
 * @throws IncomparableError if the two maps do not both have the extent.
 */
export function circularShiftMatching(
  affinity: Float32Array | Float64Array,
  rows: number,
  columns: number,
  { height, width }: Extent,
): Int32Array {
  if (rows !== columns || rows !== height * width)
    throw new IncomparableError(
      `Circular shifts need two maps of ${height}×${width} = ${height * width} positions; found ${rows} and ${columns}.`,
    );
  const shifted = (position: number, dy: number, dx: number): number => {
    const y = Math.floor(position / width);
    const x = position - y * width;
    return ((y + dy) % height) * width + ((x + dx) % width);
  };
  let best = Number.NEGATIVE_INFINITY;
  let bestShift = { dy: 0, dx: 0 };
  for (let dy = 0; dy < height; dy++)
    for (let dx = 0; dx < width; dx++) {
      let sum = 0;
      for (let position = 0; position < rows; position++)
        sum += affinity[position * columns + shifted(position, dy, dx)]!;
      if (sum > best) {
        best = sum;
        bestShift = { dy, dx };
      }
    }
  return Int32Array.from({ length: rows }, (_, position) => shifted(position, bestShift.dy, bestShift.dx));
}
