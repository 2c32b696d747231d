import type { DisplayMatrix } from '#src/study/display-matrix.ts';
import type { ColourTable } from '../../kit/theme/colour-maps.ts';
import { type ColourRange, colourIndex } from '../../kit/theme/colour-scale.ts';
import { parseHex, type Rgb } from '../../kit/theme/oklab.ts';
import { codeValue } from './display-codes.ts';

/** How many off-diagonal entries of a square matrix have each code. */
export function codeHistogram(matrix: DisplayMatrix): Uint32Array {
  const counts = new Uint32Array(256);
  const n = matrix.cols;
  for (const code of matrix.codes) counts[code]!++;
  for (let i = 0; i < Math.min(n, matrix.rows); i++) counts[matrix.codes[i * n + i]!]!--;
  counts[0] = 0;
  return counts;
}

const LOW_SHARE = 0.02;
const HIGH_SHARE = 0.995;

/** From the 2 % to the 99.5 % quantile of the off-diagonal, so that a few extremes do not flatten the rest. */
export function quantileRange(matrix: DisplayMatrix, counts = codeHistogram(matrix)): ColourRange {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const at = (share: number): number => {
    let left = share * total;
    for (let code = 1; code < 256; code++) {
      left -= counts[code]!;
      if (left <= 0 && counts[code]! > 0) return codeValue(matrix, code);
    }
    return matrix.max;
  };
  const low = at(LOW_SHARE);
  const high = at(HIGH_SHARE);
  return high > low ? { low, high } : { low: matrix.min, high: matrix.max > matrix.min ? matrix.max : matrix.min + 1 };
}

/** Smallest and largest off-diagonal value. */
export function fullRange(matrix: DisplayMatrix, counts = codeHistogram(matrix)): ColourRange {
  let low = 1;
  let high = 255;
  while (low < 255 && counts[low] === 0) low++;
  while (high > low && counts[high] === 0) high--;
  return { low: codeValue(matrix, low), high: codeValue(matrix, high) };
}

const pack = ([r, g, b]: Rgb): number =>
  ((255 << 24) | (Math.round(b * 255) << 16) | (Math.round(g * 255) << 8) | Math.round(r * 255)) >>> 0;

/** The pixel (ABGR in one word, as in ImageData) of each code of the matrix. */
export function colourLookup(matrix: DisplayMatrix, range: ColourRange, table: ColourTable): Uint32Array {
  const lookup = new Uint32Array(256);
  for (let code = 1; code < 256; code++) lookup[code] = pack(table[colourIndex(codeValue(matrix, code), range)]!);
  return lookup;
}

export function packHex(hex: string): number {
  return pack(parseHex(hex));
}

/** The quantile range of the part of a matrix at the given rows and columns; undefined when it holds fewer than two values. */
export function rangeOfPart(
  display: DisplayMatrix,
  rows: ArrayLike<number>,
  cols: ArrayLike<number>,
): ColourRange | undefined {
  const codes = new Uint8Array(rows.length * cols.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < cols.length; j++)
      if (rows[i] !== cols[j]) codes[count++] = display.codes[rows[i]! * display.cols + cols[j]!]!;
  const part = { ...display, rows: 1, cols: count, codes: codes.subarray(0, count) };
  const counts = new Uint32Array(256);
  for (const code of part.codes) if (code > 0) counts[code]!++;
  const distinct = counts.filter((n) => n > 0).length;
  return distinct > 1 ? quantileRange(part, counts) : undefined;
}
