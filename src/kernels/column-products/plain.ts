/**
 * Products of the columns of `x` (xCount) with those of `y` (yCount) over rows `from` … `to` − 1, both interleaved in panels
 * of four columns of `rows` rows: xCount × yCount at `at` of `out`, summed in 64 bits.
 */
export function columnProductsPlain(
  x: Float64Array,
  y: Float64Array,
  rows: number,
  xCount: number,
  yCount: number,
  from: number,
  to: number,
  out: Float64Array,
  at: number,
): void {
  const column = new Float64Array(to - from);
  for (let i = 0; i < xCount; i++) {
    const xAt = (i >> 2) * rows * 4 + (i & 3);
    for (let r = from; r < to; r++) column[r - from] = x[xAt + 4 * r]!;
    for (let panel = 0; 4 * panel < yCount; panel++) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let next = (panel * rows + from) * 4;
      for (let r = 0; r < column.length; r++, next += 4) {
        const value = column[r]!;
        s0 += value * y[next]!;
        s1 += value * y[next + 1]!;
        s2 += value * y[next + 2]!;
        s3 += value * y[next + 3]!;
      }
      const target = at + i * yCount + 4 * panel;
      out[target] = s0;
      if (4 * panel + 1 < yCount) out[target + 1] = s1;
      if (4 * panel + 2 < yCount) out[target + 2] = s2;
      if (4 * panel + 3 < yCount) out[target + 3] = s3;
    }
  }
}
