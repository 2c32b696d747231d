import { discordantPairs, tieFlags } from '../kernels/discordant-pairs.ts';
import type { SortedVector } from '../kernels/rank-transform.ts';
import { MAX_SEQUENCE_GROUPS, sequenceInversions } from '../kernels/sequence-inversions.ts';
import type { KernelOptions } from '../kernels/wasm-kernel.ts';
import { tauB } from '../statistics/kendall.ts';
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
  const first = shifted(a.pairs, cosineOffset(kind, a));
  const second = shifted(b.pairs, cosineOffset(kind, b));
  const norms = Math.sqrt(dot(first, first) * dot(second, second));
  if (norms === 0) return undefined;
  const full = symmetric(second, b.kept.length);
  return (permutation: Uint32Array): number => permutedDot(first, full, permutation) / norms;
}

function permutedSpearman(a: PreparedSimilarity, b: PreparedSimilarity) {
  const centred = new Float64Array(a.ranks.centred);
  const full = symmetric(new Float64Array(b.ranks.centred), b.kept.length);
  const norms = Math.sqrt(a.ranks.sumOfSquares * b.ranks.sumOfSquares);
  return (permutation: Uint32Array): number => permutedDot(centred, full, permutation) / norms;
}

function permutedKendall(a: PreparedSimilarity, b: PreparedSimilarity, options: KernelOptions) {
  const n = a.ranks.n;
  const classes = a.kept.length;
  const { first, second } = pairClasses(classes);
  const score = (counts: { discordant: number; tiedInBoth: number }): number =>
    tauB(n, a.ranks.tiedPairs, b.ranks.tiedPairs, counts.discordant, counts.tiedInBoth);
  if (b.ranks.groups <= MAX_SEQUENCE_GROUPS) {
    // The matrix is read at random, so the smaller it is the better.
    const narrow = b.ranks.groups <= 256 ? new Uint8Array(b.ranks.dense) : new Uint16Array(b.ranks.dense);
    const groups = symmetric(narrow, classes);
    const flags = tieFlags(a.ranks);
    const rowInOrder = new Uint16Array(n);
    const colInOrder = new Uint16Array(n);
    for (let k = 0; k < n; k++) {
      const pair = a.ranks.order[k]!;
      rowInOrder[k] = first[pair]!;
      colInOrder[k] = second[pair]!;
    }
    const rowStart = new Uint32Array(classes);
    const sequence = new Uint16Array(n);
    return (permutation: Uint32Array): number => {
      for (let i = 0; i < classes; i++) rowStart[i] = permutation[i]! * classes;
      for (let k = 0; k < n; k++)
        sequence[k] = flags[k]! | groups[rowStart[rowInOrder[k]!]! + permutation[colInOrder[k]!]!]!;
      return score(sequenceInversions(sequence, b.ranks.groups, options));
    };
  }
  const full = symmetric(b.ranks.dense, classes);
  const permuted: SortedVector = { ...b.ranks, order: new Uint32Array(n), dense: new Uint32Array(n) };
  const inverse = new Uint32Array(classes);
  return (permutation: Uint32Array): number => {
    for (let i = 0; i < classes; i++) inverse[permutation[i]!] = i;
    for (let k = 0; k < n; k++) {
      permuted.dense[k] = full[permutation[first[k]!]! * classes + permutation[second[k]!]!]!;
      const pair = b.ranks.order[k]!;
      const i = inverse[first[pair]!]!;
      const j = inverse[second[pair]!]!;
      permuted.order[k] = i < j ? pairIndex(i, j, classes) : pairIndex(j, i, classes);
    }
    return score(discordantPairs(a.ranks, permuted, options));
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

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function shifted(pairs: Float32Array | Float64Array, offset: number): Float64Array {
  const out = new Float64Array(pairs.length);
  for (let k = 0; k < out.length; k++) out[k] = pairs[k]! - offset;
  return out;
}

/** The symmetric matrix with these values above the diagonal and 0 on it. */
function symmetric<A extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(pairs: A, n: number): A {
  const out = new (pairs.constructor as new (length: number) => A)(n * n);
  let k = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] = pairs[k++]!;
  return out;
}

/** The two classes of each pair, in the order of the entries above the diagonal. */
function pairClasses(n: number): { first: Uint32Array; second: Uint32Array } {
  const pairs = (n * (n - 1)) / 2;
  const first = new Uint32Array(pairs);
  const second = new Uint32Array(pairs);
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      first[k] = i;
      second[k++] = j;
    }
  }
  return { first, second };
}

/** Index of the pair i < j among the entries above the diagonal, row by row. */
function pairIndex(i: number, j: number, n: number): number {
  return (i * (2 * n - i - 1)) / 2 + j - i - 1;
}
