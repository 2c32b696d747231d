/** Sum of values, in four chains so that no addition need wait for the one before. */
export function sum(values: Float32Array | Float64Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 4 <= values.length; k += 4) {
    a += values[k]!;
    b += values[k + 1]!;
    c += values[k + 2]!;
    d += values[k + 3]!;
  }
  for (; k < values.length; k++) a += values[k]!;
  return a + b + (c + d);
}
