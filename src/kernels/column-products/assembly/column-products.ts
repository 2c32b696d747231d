// Products of the columns of X and Y in float64. Both are interleaved in panels of four columns, row after row, so that a
// tile of 4 × 4 products lives in eight registers while the rows pass.
import { tile64 } from '../../shared/assembly/tile64';

/** Rows of X's and Y's panels that stay in the cache while the panels of Y pass. */
const ROW_BLOCK: i32 = 256;

/** The first byte that data may use. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Products over rows `from` … `to` − 1 of `m` panels of X with `n` panels of Y, each of `rows` rows: 4m × 4n float64 sums at
 * `out`, which are overwritten.
 */
export function multiply(x: usize, y: usize, out: usize, rows: i32, m: i32, n: i32, from: i32, to: i32): void {
  const panelBytes = (<usize>rows) << 5;
  const stride = (<usize>n) << 5;
  memory.fill(out, 0, ((<usize>m) << 2) * stride);
  for (let block = from; block < to; block += ROW_BLOCK) {
    const count = min(ROW_BLOCK, to - block);
    const offset = (<usize>block) << 5;
    for (let j = 0; j < n; j++) {
      const panel = y + <usize>j * panelBytes + offset;
      for (let i = 0; i < m; i++)
        tile64(
          x + <usize>i * panelBytes + offset,
          panel,
          count,
          out + <usize>i * 4 * stride + ((<usize>j) << 5),
          stride,
        );
    }
  }
}
