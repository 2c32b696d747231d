import type { Matrix } from '../../tensor/matrix.ts';
import type { OffDiagonalSums } from './types.ts';

const TILE = 32;

/** Twin of the kernel; see `offDiagonalSums` in ../off-diagonal-sums.ts. */
export function offDiagonalSumsPlain({ rows: n, cols, data }: Matrix): OffDiagonalSums {
  let sum = 0;
  for (let k = 0; k < data.length; k++) sum += data[k]!;
  const mean = sum / data.length;
  const columnSums = new Float64Array(n);
  const rowSums = new Float64Array(n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const start = i * cols;
    let rowSum = 0;
    for (let j = 0; j < cols; j++) {
      const value = data[start + j]! - mean;
      rowSum += value;
      squares += value * value;
      columnSums[j < i ? j : j + 1]! += value;
    }
    rowSums[i] = rowSum;
  }
  // In tiles, since the mirror image is read down a column.
  let mirrored = 0;
  for (let top = 0; top < n; top += TILE)
    for (let left = 0; left <= top; left += TILE)
      for (let i = top; i < Math.min(n, top + TILE); i++)
        for (let j = left; j < Math.min(i, left + TILE); j++)
          mirrored += (data[i * cols + j]! - mean) * (data[j * cols + i - 1]! - mean);
  let rowSquares = 0;
  let columnSquares = 0;
  let rowColumn = 0;
  for (let i = 0; i < n; i++) {
    rowSquares += rowSums[i]! ** 2;
    columnSquares += columnSums[i]! ** 2;
    rowColumn += rowSums[i]! * columnSums[i]!;
  }
  return [mean, squares, 2 * mirrored, rowSquares, columnSquares, rowColumn];
}
