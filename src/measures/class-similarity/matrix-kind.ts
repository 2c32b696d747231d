import type { Matrix } from '../../tensor/matrix.ts';

/** What a square matrix of numbers is taken for. */
export type MatrixKind = 'similarity' | 'distance' | 'other';

/** Entries that should be equal may differ by this share of the largest: rounding, no more. */
const TOLERANCE = 1e-5;

/**
 * Tells a class-similarity matrix from class templates that happen to be as many as their features. A similarity matrix
 * is square, symmetric, and has one value all along its diagonal that no entry of a row passes; a matrix of distances has
 * one that every entry passes. Weights are neither.
 */
export function matrixKind({ rows: n, cols, data }: Matrix): MatrixKind {
  if (n !== cols || n < 3) return 'other';
  let largest = 0;
  for (let k = 0; k < data.length; k++) largest = Math.max(largest, Math.abs(data[k]!));
  const near = TOLERANCE * largest;
  const diagonal = data[0]!;
  let isGreatest = true;
  let isLeast = true;
  for (let i = 0; i < n; i++) {
    if (!(Math.abs(data[i * n + i]! - diagonal) <= near)) return 'other';
    for (let j = i + 1; j < n; j++) {
      const value = data[i * n + j]!;
      if (!(Math.abs(value - data[j * n + i]!) <= near)) return 'other';
      if (value > diagonal + near) isGreatest = false;
      if (value < diagonal - near) isLeast = false;
    }
  }
  return isGreatest ? 'similarity' : isLeast ? 'distance' : 'other';
}
