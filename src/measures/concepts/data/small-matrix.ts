import { jacobiSvd } from '../../../statistics/linear-algebra/jacobi-svd.ts';

/** out += A·B, of A (m × inner) and B (inner × n), all row-major. */
export function addProduct(
  a: Float64Array,
  b: Float64Array,
  m: number,
  inner: number,
  n: number,
  out: Float64Array,
): void {
  for (let i = 0; i < m; i++) {
    for (let r = 0; r < inner; r++) {
      const factor = a[i * inner + r]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) out[i * n + j]! += factor * b[r * n + j]!;
    }
  }
}

/** AᵀB, k × k, of two matrices with k columns and equally many rows. */
export function columnGram(a: Float64Array, k: number, b: Float64Array = a): Float64Array {
  const out = new Float64Array(k * k);
  for (let from = 0; from < a.length; from += k)
    for (let s = 0; s < k; s++) {
      const factor = a[from + s]!;
      for (let t = 0; t < k; t++) out[s * k + t]! += factor * b[from + t]!;
    }
  return out;
}

/** AAᵀ, k × k, of a matrix with k rows. */
export function rowGram(a: Float64Array, k: number): Float64Array {
  const cols = a.length / k;
  const out = new Float64Array(k * k);
  for (let s = 0; s < k; s++)
    for (let t = s; t < k; t++) {
      let sum = 0;
      for (let c = 0; c < cols; c++) sum += a[s * cols + c]! * a[t * cols + c]!;
      out[s * k + t] = sum;
      out[t * k + s] = sum;
    }
  return out;
}

/** Moore–Penrose inverse of a symmetric k × k matrix; singular values at rounding count as 0. */
export function pseudoInverse(matrix: Float64Array, k: number): Float64Array {
  const columns = Array.from({ length: k }, (_, j) => matrix.subarray(j * k, (j + 1) * k));
  const { left, values, right } = jacobiSvd(columns, k);
  const out = new Float64Array(k * k);
  for (let r = 0; r < k && values[r]! > k * Number.EPSILON * values[0]!; r++)
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) out[i * k + j]! += (right[r]![i]! * left[r]![j]!) / values[r]!;
  return out;
}
