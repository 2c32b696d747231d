import type { Matrix64 } from '../../tensor/matrix.ts';
import { createRandom } from '../random.ts';
import { reflect } from './householder.ts';
import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.ts';

/** Eigenvalues of a symmetric matrix with the eigenvectors of some. */
export interface SymmetricEigen {
  /** All n, largest first. */
  values: Float64Array;
  /** One for each of the largest eigenvalues that were asked for; orthonormal. */
  vectors: Float64Array[];
}

const SEED = 0x6569;
/** Each solution multiplies the eigenvector by the inverse of rounding, so that the second is exact to it. */
const SOLUTIONS = 3;

/**
 * All eigenvalues of a symmetric matrix and the eigenvectors of the `count` largest. Householder reflections make it
 * tridiagonal; its eigenvalues are found by bisection, its vectors by inverse iteration from a seeded start, each orthogonal to
 * those before it, and the reflections turn these back (Golub & Van Loan 2013, 8.3 and 8.4).
 */
export function symmetricEigen({ rows: n, data }: Matrix64, count: number): SymmetricEigen {
  const a = Float64Array.from(data);
  const { diagonal, beside, factors } = tridiagonalise(a, n);
  const values = tridiagonalEigenvalues(diagonal, beside);
  const scale = Math.max(Math.abs(values[0]!), Math.abs(values[n - 1]!)) || 1;
  const random = createRandom(SEED);
  const found: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({ length: n }, () => random.next() - 0.5);
    for (let pass = 0; pass < SOLUTIONS; pass++) {
      solveShifted(diagonal, beside, values[k]!, scale * Number.EPSILON, vector);
      toUnit(vector);
      // Twice, for accuracy where eigenvalues are close.
      for (let again = 0; again < 2; again++) for (const before of found) takeOff(vector, before);
      toUnit(vector);
    }
    found.push(vector);
  }
  for (const vector of found)
    for (let k = n - 3; k >= 0; k--) {
      let dot = 0;
      for (let j = k + 1; j < n; j++) dot += a[k * n + j]! * vector[j]!;
      dot *= factors[k]!;
      for (let j = k + 1; j < n; j++) vector[j]! -= dot * a[k * n + j]!;
    }
  return { values, vectors: found };
}

/** Overwrites the part of row k of `a` beyond the diagonal with the k-th Householder vector. */
function tridiagonalise(a: Float64Array, n: number) {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n - 1);
  const factors = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k]!;
    if (k === n - 2) beside[k] = a[k * n + k + 1]!;
    if (k >= n - 2) continue;
    const v = a.subarray(k * n, (k + 1) * n);
    const { value, factor } = reflect(v, k + 1, n);
    beside[k] = value;
    factors[k] = factor;
    if (factor === 0) continue;
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      let dot = 0;
      for (let j = k + 1; j < n; j++) dot += a[i * n + j]! * v[j]!;
      w[i] = factor * dot;
      along += w[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) w[i]! -= (factor / 2) * along * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const [own, other] = [v[i]!, w[i]!];
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= own * w[j]! + other * v[j]!;
    }
  }
  return { diagonal, beside, factors };
}

/** Solves (T − λ·I)·x = b in place, by elimination with row exchanges; pivots of less than `least` are that. */
function solveShifted(
  diagonal: Float64Array,
  beside: Float64Array,
  value: number,
  least: number,
  b: Float64Array,
): void {
  const n = diagonal.length;
  // Of each row of the upper triangle: the pivot and the two entries after it.
  const pivots = diagonal.map((entry) => entry - value);
  const next = Float64Array.from({ length: n }, (_, i) => beside[i] ?? 0);
  const afterNext = new Float64Array(n);
  for (let i = 0; i < n - 1; i++) {
    const below = beside[i]!;
    if (Math.abs(below) > Math.abs(pivots[i]!)) {
      const factor = pivots[i]! / below;
      const [oldNext, second, third] = [next[i]!, pivots[i + 1]!, next[i + 1]!];
      pivots[i] = below;
      next[i] = second;
      afterNext[i] = third;
      pivots[i + 1] = oldNext - factor * second;
      next[i + 1] = -factor * third;
      const own = b[i]!;
      b[i] = b[i + 1]!;
      b[i + 1] = own - factor * b[i]!;
    } else {
      if (Math.abs(pivots[i]!) < least) pivots[i] = least;
      const factor = below / pivots[i]!;
      pivots[i + 1]! -= factor * next[i]!;
      b[i + 1]! -= factor * b[i]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    const pivot = Math.abs(pivots[i]!) < least ? least : pivots[i]!;
    b[i] = (b[i]! - next[i]! * (b[i + 1] ?? 0) - afterNext[i]! * (b[i + 2] ?? 0)) / pivot;
    // What follows is only ever scaled: kept from overflow.
    if (Math.abs(b[i]!) > 1e150) for (let j = 0; j < n; j++) b[j]! *= 1e-150;
  }
}

function toUnit(vector: Float64Array): void {
  const norm = Math.hypot(...vector);
  if (norm > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
}

function takeOff(vector: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < vector.length; i++) dot += vector[i]! * unit[i]!;
  for (let i = 0; i < vector.length; i++) vector[i]! -= dot * unit[i]!;
}
