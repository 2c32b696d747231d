import { IncomparableError, UsageError } from '../errors.ts';
import type { KernelOptions } from '../kernels/wasm-kernel.ts';
import { prepareRanks, type RankVector } from '../statistics/ranks.ts';
import { type Matrix, select, upperTriangle } from '../tensor/matrix.ts';

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
  /** Ranks of `pairs`. */
  ranks: RankVector;
}

export interface PrepareOptions extends KernelOptions {
  /** Classes to leave out beside those whose row is missing (all NaN). */
  exclude?: Iterable<number>;
}

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
  requireSymmetric(keptMatrix, kept);
  return prepareKept(size, kept, keptMatrix, options);
}

function prepareKept(size: number, kept: Uint32Array, matrix: Matrix, options: KernelOptions): PreparedSimilarity {
  const present = new Set(kept);
  const excluded: number[] = [];
  for (let i = 0; i < size; i++) if (!present.has(i)) excluded.push(i);
  const pairs = upperTriangle(matrix);
  let min = Number.NaN;
  let max = Number.NaN;
  if (pairs.length > 0) {
    min = max = pairs[0]!;
    for (let k = 1; k < pairs.length; k++) {
      const value = pairs[k]!;
      if (value < min) min = value;
      else if (value > max) max = value;
    }
  }
  return { size, kept, excluded, matrix, pairs, min, max, ranks: prepareRanks(pairs, options) };
}

function requireSymmetric(matrix: Matrix, kept: Uint32Array): void {
  const { rows: n, data } = matrix;
  let largest = 0;
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i]!) > largest) largest = Math.abs(data[i]!);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const upper = data[i * n + j]!;
      const lower = data[j * n + i]!;
      if (upper === lower && Math.abs(upper) <= Number.MAX_VALUE) continue;
      const where = `classes ${kept[i]} and ${kept[j]}`;
      if (!Number.isFinite(upper) || !Number.isFinite(lower))
        throw new UsageError(
          `A class-similarity matrix needs finite values; between ${where} it holds ${Number.isFinite(upper) ? lower : upper}.`,
          {
            hint: 'Give every pair a value, or leave a class out by making its whole row and column NaN.',
          },
        );
      if (Math.abs(upper - lower) > SYMMETRY_TOLERANCE * largest)
        throw new UsageError(`Alignment needs a symmetric matrix; between ${where} it holds ${upper} and ${lower}.`, {
          hint: 'Average the matrix with its transpose first.',
        });
    }
  }
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
