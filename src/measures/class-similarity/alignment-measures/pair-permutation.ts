import { permutationMoments, symmetricPermutationSums } from '../../../statistics/permutation-moments.ts';
import type { AlignedSides, ChanceMoments } from './alignment-measure.ts';

/** Sum of x_ij · full[permutation(i)][permutation(j)] over pairs i < j. */
export function permutedDot(x: Float64Array, full: Float64Array, order: Uint32Array): number {
  const n = order.length;
  let total = 0;
  let k = 0;
  for (let i = 0; i < n; i++) {
    const row = order[i]! * n;
    let sum = 0;
    for (let j = i + 1; j < n; j++) sum += x[k++]! * full[row + order[j]!]!;
    total += sum;
  }
  return total;
}

/** The symmetric matrix with these values above the diagonal and 0 on it. */
export function symmetric<A extends Float64Array | Uint32Array>(pairs: A, n: number): A {
  const out = new (pairs.constructor as new (length: number) => A)(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] = pairs[k++]!;
  return out;
}

/** Exact chance level of Σ aᵢⱼ·bᵢⱼ over pairs i < j divided by `norm`. */
export function chanceOfDot(
  { a, b }: AlignedSides,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  norm: number,
): ChanceMoments {
  const { mean, sd } = permutationMoments(
    symmetricPermutationSums(first, a.kept.length),
    symmetricPermutationSums(second, b.kept.length),
  );
  // The moments are of both halves of the matrix.
  return { mean: mean / 2 / norm, sd: sd / 2 / norm, draws: 0, sdError: 0 };
}
