import { IncomparableError, UsageError } from '../../base/errors.ts';
import type { KernelOptions } from '../../kernels/shared/wasm-kernel.ts';
import { prepareRanks, type RankVector } from '../../statistics/ranks.ts';
import { type Matrix, select } from '../../tensor/matrix.ts';

/** A class-similarity matrix made ready for alignment: scaled, summed and ranked once for all comparisons. */
export interface PreparedSimilarity {
  /** Classes of the matrix it was made from. */
  size: number;
  /** Classes that take part, ascending. */
  kept: Uint32Array;
  /** Classes left out: no template, no synset, or left out by the caller. Ascending. */
  excluded: readonly number[];
  /** The matrix of the kept classes. */
  matrix: Matrix;
  /** Its kept·(kept−1)/2 entries above the diagonal, row by row. */
  pairs: Float32Array | Float64Array;
  /** Smallest and largest of `pairs`; NaN without pairs. */
  min: number;
  max: number;
  /** Sum of the squares of `pairs`, and of `pairs` less their minimum: the cosines' norms. */
  squares: number;
  squaresAboveMin: number;
  /** Ranks of `pairs`. */
  ranks: RankVector;
}

export interface PrepareOptions extends KernelOptions {
  /** Classes to leave out beside those whose row is missing (all NaN). */
  exclude?: Iterable<number>;
}

/** Rows and columns read together. */
const TILE = 32;

/** Entries that should be equal may differ by this share of the largest entry: rounding, no more. */
const SYMMETRY_TOLERANCE = 1e-5;

/** Classes of a similarity matrix without any value off the diagonal, ascending: no template, no synset. */
export function missingClasses(matrix: Matrix): number[] {
  const n = matrix.rows;
  const missing: number[] = [];
  for (let i = 0; i < n; i++) {
    let all = n > 1;
    for (let j = 0; j < n && all; j++) all = j === i || Number.isNaN(matrix.data[i * n + j]!);
    if (all) missing.push(i);
  }
  return missing;
}

/**
 * Prepares a symmetric similarity matrix (classes × classes) for {@link ssad} and {@link nsad}. Classes without values
 * are left out.
 *
 * @throws UsageError when the matrix is not square or not symmetric, or when a value between kept classes is not finite.
 */
export function prepareSimilarity(matrix: Matrix, options: PrepareOptions = {}): PreparedSimilarity {
  const size = matrix.rows;
  if (matrix.cols !== size)
    throw new UsageError(`A class-similarity matrix is square; found ${matrix.rows}×${matrix.cols}.`);
  const left = new Set(missingClasses(matrix));
  for (const index of options.exclude ?? []) left.add(index);
  const kept = Uint32Array.from({ length: size }, (_, i) => i).filter((i) => !left.has(i));
  const keptMatrix = kept.length === size ? matrix : select(matrix, kept);
  return prepareKept(size, kept, keptMatrix, options);
}

function prepareKept(size: number, kept: Uint32Array, matrix: Matrix, options: KernelOptions): PreparedSimilarity {
  const excluded: number[] = [];
  for (let i = 0, k = 0; i < size; i++) {
    if (kept[k] === i) k++;
    else excluded.push(i);
  }
  const { pairs, min, max } = readPairs(matrix, kept);
  return {
    size,
    kept,
    excluded,
    matrix,
    pairs,
    min,
    max,
    squares: pairDot(pairs, 0, pairs, 0),
    squaresAboveMin: pairDot(pairs, min, pairs, min),
    ranks: prepareRanks(pairs, options),
  };
}

/** Sum of (a_k − offsetA)(b_k − offsetB) in 64 bits. Four sums in turn keep additions from waiting for one another. */
export function pairDot(
  a: Float32Array | Float64Array,
  offsetA: number,
  b: Float32Array | Float64Array,
  offsetB: number,
): number {
  const n = a.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    s0 += (a[k]! - offsetA) * (b[k]! - offsetB);
    s1 += (a[k + 1]! - offsetA) * (b[k + 1]! - offsetB);
    s2 += (a[k + 2]! - offsetA) * (b[k + 2]! - offsetB);
    s3 += (a[k + 3]! - offsetA) * (b[k + 3]! - offsetB);
  }
  for (; k < n; k++) s0 += (a[k]! - offsetA) * (b[k]! - offsetB);
  return s0 + s1 + (s2 + s3);
}

/** The entries above the diagonal with their extremes; each is compared with its mirror on the way. */
function readPairs(matrix: Matrix, kept: Uint32Array): Pick<PreparedSimilarity, 'pairs' | 'min' | 'max'> {
  const { rows: n, data } = matrix;
  const count = (n * (n - 1)) / 2;
  if (count === 0) return { pairs: new Float32Array(0), min: Number.NaN, max: Number.NaN };
  const pairs = data instanceof Float32Array ? new Float32Array(count) : new Float64Array(count);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let worstGap = 0;
  let worst: [number, number] = [0, 1];
  // In tiles, so that an entry and its mirror are read near one another; plain loops, for this is the hot part.
  for (let top = 0; top < n; top += TILE) {
    for (let left = top; left < n; left += TILE) {
      const bottom = Math.min(n, top + TILE);
      const right = Math.min(n, left + TILE);
      for (let i = top; i < bottom; i++) {
        const pairStart = (i * (2 * n - i - 3)) / 2 - 1;
        for (let j = Math.max(i + 1, left); j < right; j++) {
          const value = data[i * n + j]!;
          const mirror = data[j * n + i]!;
          pairs[pairStart + j] = value;
          if (value < min) min = value;
          if (value > max) max = value;
          if (value === mirror) continue;
          // A gap that is NaN is the worst of all and stays.
          const gap = Math.abs(value - mirror);
          if (!(gap <= worstGap) && !Number.isNaN(worstGap)) {
            worstGap = gap;
            worst = [i, j];
          }
        }
      }
    }
  }
  if (Number.isNaN(worstGap)) refuse(matrix, kept, ...worst);
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (largest > Number.MAX_VALUE) refuse(matrix, kept, ...firstOf(matrix, (value) => Math.abs(value) === largest));
  if (worstGap > SYMMETRY_TOLERANCE * largest) refuse(matrix, kept, ...worst);
  return { pairs, min, max };
}

/** Row and column of the first entry above the diagonal that `matches`; one must. */
function firstOf({ rows: n, data }: Matrix, matches: (value: number) => boolean): [number, number] {
  const at = data.findIndex((value, k) => k % n > Math.floor(k / n) && matches(value));
  return [Math.floor(at / n), at % n];
}

function refuse({ rows: n, data }: Matrix, kept: Uint32Array, i: number, j: number): never {
  const upper = data[i * n + j]!;
  const lower = data[j * n + i]!;
  const found = `between classes ${kept[i]} and ${kept[j]} it holds ${upper} and ${lower}`;
  if (Number.isFinite(upper) && Number.isFinite(lower))
    throw new UsageError(`Alignment needs a symmetric matrix; ${found}.`, {
      hint: 'Average the matrix with its transpose first.',
    });
  throw new UsageError(`A class-similarity matrix needs finite values; ${found}.`, {
    hint: 'Give every pair a value, or leave a class out by making its whole row and column NaN.',
  });
}

/**
 * Both sides on the classes that both have; classes correspond by index. A side that has no more classes than the other
 * is returned as it is, so that ranks are not computed again.
 *
 * @throws IncomparableError when the matrices are of different sizes.
 */
export function onSharedClasses(
  a: PreparedSimilarity,
  b: PreparedSimilarity,
  options: KernelOptions = {},
): [PreparedSimilarity, PreparedSimilarity] {
  if (a.size !== b.size)
    throw new IncomparableError(`Cannot compare similarities of ${a.size} classes with those of ${b.size}.`, {
      hint: 'Bring both to the same classes in the same order first.',
    });
  return [without(a, b.excluded, options), without(b, a.excluded, options)];
}

function without(side: PreparedSimilarity, classes: readonly number[], options: KernelOptions): PreparedSimilarity {
  const dropped = new Set(classes);
  if (!side.kept.some((index) => dropped.has(index))) return side;
  const positions = Uint32Array.from(side.kept.keys()).filter((position) => !dropped.has(side.kept[position]!));
  const kept = positions.map((position) => side.kept[position]!);
  return prepareKept(side.size, kept, select(side.matrix, positions), options);
}
