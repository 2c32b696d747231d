/** Share of the largest pivot below which a direction counts as spanned by the others. */
const RANK_TOLERANCE = 1e-11;

/**
 * Solves A·x = b for a symmetric positive definite A (n × n) and each row of `right` (m × n), by Cholesky factors.
 * `matrix` is overwritten by them.
 */
export function solveDefinite(matrix: Float64Array, n: number, right: Float64Array): Float64Array {
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!;
    }
  const out = right.slice();
  for (let at = 0; at < out.length; at += n) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) out[at + i]! -= matrix[i * n + k]! * out[at + k]!;
      out[at + i]! /= matrix[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) out[at + i]! -= matrix[k * n + i]! * out[at + k]!;
      out[at + i]! /= matrix[i * n + i]!;
    }
  }
  return out;
}

/**
 * The shortest solutions of A·x = b, in the least-squares sense, for a symmetric positive semidefinite A of any rank (n × n)
 * and each row of `right` (m × n): A⁺b. With pivoted Cholesky factors A = L·Lᵀ, L being n × rank, A⁺ = L·(LᵀL)⁻²·Lᵀ.
 */
export function solveSemidefinite(matrix: Float64Array, n: number, right: Float64Array): Float64Array {
  const factor = pivotedFactor(matrix, n);
  const rank = factor.length / (n || 1);
  if (rank === n) return solveDefinite(matrix.slice(), n, right);
  const inner = new Float64Array(rank * rank);
  for (let a = 0; a < rank; a++)
    for (let b = 0; b < rank; b++)
      for (let i = 0; i < n; i++) inner[a * rank + b]! += factor[a * n + i]! * factor[b * n + i]!;
  const count = right.length / n;
  const reduced = new Float64Array(count * rank);
  for (let m = 0; m < count; m++)
    for (let a = 0; a < rank; a++)
      for (let i = 0; i < n; i++) reduced[m * rank + a]! += factor[a * n + i]! * right[m * n + i]!;
  const solved = solveDefinite(inner.slice(), rank, solveDefinite(inner, rank, reduced));
  const out = new Float64Array(right.length);
  for (let m = 0; m < count; m++)
    for (let a = 0; a < rank; a++)
      for (let i = 0; i < n; i++) out[m * n + i]! += solved[m * rank + a]! * factor[a * n + i]!;
  return out;
}

/** Lᵀ (rank × n) of the pivoted Cholesky factorisation, which ends where the remaining diagonal is rounding. */
function pivotedFactor(matrix: Float64Array, n: number): Float64Array {
  const rest = Float64Array.from({ length: n }, (_, i) => matrix[i * n + i]!);
  const factor = new Float64Array(n * n);
  const largest = rest.reduce((a, b) => Math.max(a, b), 0);
  for (let rank = 0; rank < n; rank++) {
    let pivot = 0;
    for (let i = 1; i < n; i++) if (rest[i]! > rest[pivot]!) pivot = i;
    if (!(rest[pivot]! > RANK_TOLERANCE * largest)) return factor.subarray(0, rank * n);
    const root = Math.sqrt(rest[pivot]!);
    const row = factor.subarray(rank * n, (rank + 1) * n);
    for (let i = 0; i < n; i++) row[i] = matrix[pivot * n + i]!;
    for (let a = 0; a < rank; a++) {
      const share = factor[a * n + pivot]!;
      for (let i = 0; i < n; i++) row[i]! -= share * factor[a * n + i]!;
    }
    for (let i = 0; i < n; i++) {
      row[i]! /= root;
      rest[i] = Math.max(0, rest[i]! - row[i]! ** 2);
    }
    rest[pivot] = 0;
  }
  return factor;
}
