/** Products of rows `x` (m × depth) and `y` (n × depth), m × n, summed in 64 bits; four columns at a time. */
export function rowProductsPlain(
  x: Float32Array | Float64Array,
  y: Float32Array | Float64Array,
  depth: number,
  out: Float32Array | Float64Array,
  upperOnly = false,
): void {
  const m = x.length / depth;
  const n = y.length / depth;
  for (let i = 0; i < m; i++) {
    const a = i * depth;
    let j = upperOnly ? i : 0;
    for (; j + 4 <= n; j += 4) {
      const b0 = j * depth;
      const b1 = b0 + depth;
      const b2 = b1 + depth;
      const b3 = b2 + depth;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < depth; k++) {
        const value = x[a + k]!;
        s0 += value * y[b0 + k]!;
        s1 += value * y[b1 + k]!;
        s2 += value * y[b2 + k]!;
        s3 += value * y[b3 + k]!;
      }
      const to = i * n + j;
      out[to] = s0;
      out[to + 1] = s1;
      out[to + 2] = s2;
      out[to + 3] = s3;
    }
    for (; j < n; j++) {
      const b = j * depth;
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += x[a + k]! * y[b + k]!;
      out[i * n + j] = sum;
    }
  }
}
