import { discordantInOrder } from '../../kernels/discordant-pairs/discordant-pairs.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { tauB } from '../../statistics/kendall.ts';
import { type AlignmentKind, type AlignmentMeasure, cosineOffset, type MeasureValues } from './alignment.ts';
import type { PreparedSimilarity } from './prepared-similarity.ts';

/** The measures when class i of the first matrix meets class permutation[i] of the second. */
export type PermutedAlignment = (permutation: Uint32Array) => MeasureValues;

/**
 * Alignment of `a` with `b` under permutations of the classes of b, without ranking anything again: minima, norms and
 * ties do not change, only which entry meets which. Both on the same classes; measures not asked for are null.
 */
export function permutedAlignment(
  kind: AlignmentKind,
  a: PreparedSimilarity,
  b: PreparedSimilarity,
  measures: readonly AlignmentMeasure[],
  options: KernelOptions = {},
): PermutedAlignment {
  const constant = !(a.max > a.min) || !(b.max > b.min);
  const cosine = measures.includes('cosine') && !(constant && kind === 'ssad') ? permutedCosine(kind, a, b) : undefined;
  const spearman = measures.includes('spearman') && !constant ? permutedSpearman(a, b) : undefined;
  const kendall = measures.includes('kendall') && !constant ? permutedKendall(a, b, options) : undefined;
  return (permutation) => ({
    cosine: cosine?.(permutation) ?? null,
    spearman: spearman?.(permutation) ?? null,
    kendall: kendall?.(permutation) ?? null,
  });
}

function permutedCosine(kind: AlignmentKind, a: PreparedSimilarity, b: PreparedSimilarity) {
  const squares = kind === 'ssad' ? a.squaresAboveMin * b.squaresAboveMin : a.squares * b.squares;
  if (squares === 0) return undefined;
  const first = shifted(a.pairs, cosineOffset(kind, a));
  const full = symmetric(shifted(b.pairs, cosineOffset(kind, b)), b.kept.length);
  return (permutation: Uint32Array): number => permutedDot(first, full, permutation) / Math.sqrt(squares);
}

function permutedSpearman(a: PreparedSimilarity, b: PreparedSimilarity) {
  const centred = new Float64Array(a.ranks.centred);
  const full = symmetric(new Float64Array(b.ranks.centred), b.kept.length);
  const norms = Math.sqrt(a.ranks.sumOfSquares * b.ranks.sumOfSquares);
  return (permutation: Uint32Array): number => permutedDot(centred, full, permutation) / norms;
}

function permutedKendall(a: PreparedSimilarity, b: PreparedSimilarity, options: KernelOptions) {
  const { n, tiedPairs } = a.ranks;
  const classes = a.kept.length;
  const full = symmetric(b.ranks.dense, classes);
  const dense = new Uint32Array(n);
  return (permutation: Uint32Array): number => {
    let k = 0;
    for (let i = 0; i < classes; i++) {
      const row = permutation[i]! * classes;
      for (let j = i + 1; j < classes; j++) dense[k++] = full[row + permutation[j]!]!;
    }
    const { discordant, tiedInBoth } = discordantInOrder(a.ranks, dense, b.ranks.groups, options);
    return tauB(n, tiedPairs, b.ranks.tiedPairs, discordant, tiedInBoth);
  };
}

/** Sum of x_ij · full[permutation(i)][permutation(j)] over pairs i < j. */
function permutedDot(x: Float64Array, full: Float64Array, order: Uint32Array): number {
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

function shifted(pairs: Float32Array | Float64Array, offset: number): Float64Array {
  const out = new Float64Array(pairs.length);
  for (let k = 0; k < out.length; k++) out[k] = pairs[k]! - offset;
  return out;
}

/** The symmetric matrix with these values above the diagonal and 0 on it. */
function symmetric<A extends Float64Array | Uint32Array>(pairs: A, n: number): A {
  const out = new (pairs.constructor as new (length: number) => A)(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] = pairs[k++]!;
  return out;
}
