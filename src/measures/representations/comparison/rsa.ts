import { IncomparableError, UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { kendallOfRanks } from '../../../statistics/kendall.ts';
import { pearson } from '../../../statistics/pearson.ts';
import { createRandom } from '../../../statistics/random.ts';
import { prepareRanks } from '../../../statistics/ranks.ts';
import { spearmanOfRanks } from '../../../statistics/spearman.ts';
import { type Matrix, select, upperTriangle } from '../../../tensor/matrix.ts';

export const RSA_MEASURES = ['pearson', 'spearman', 'kendall'] as const;
export type RsaMeasure = (typeof RSA_MEASURES)[number];

export interface RsaOptions extends KernelOptions, LongTask {
  /** Default `spearman`, which asks for no more than an order of the pairs. */
  measure?: RsaMeasure;
  /** Permutations of the images of the second matrix for the p-value; default 0, none. */
  permutations?: number;
  /** Default 0. */
  seed?: number;
}

export interface RsaResult {
  measure: RsaMeasure;
  /** In [−1, 1]; null if one of the matrices is constant. */
  value: number | null;
  /** Pairs of images compared: n(n−1)/2. */
  pairs: number;
  /**
   * Share of permutations, the given order among them, that correlate at least as strongly (Mantel's test, one-sided):
   * (1 + count) / (1 + permutations). Null without permutations.
   */
  p: number | null;
  permutations: number;
  seed: number;
}

/**
 * Representational similarity analysis: correlation of the upper triangles of two similarity matrices of the same images
 * in the same order (Kriegeskorte et al. 2008).
 *
 * @throws IncomparableError for different sizes; UsageError for fewer than 3 images or a negative number of permutations.
 */
export function rsa(k: Matrix, l: Matrix, options: RsaOptions = {}): RsaResult {
  const { measure = 'spearman', permutations = 0, seed = 0, signal, onProgress } = options;
  requireSameImages(k, l);
  if (!(Number.isInteger(permutations) && permutations >= 0))
    throw new UsageError(`permutations must be a whole number of at least 0; found ${permutations}.`);
  const correlate = correlation(measure, upperTriangle(k), options);
  const value = correlate(upperTriangle(l));
  const result = { measure, value, pairs: (k.rows * (k.rows - 1)) / 2, p: null, permutations, seed };
  if (permutations === 0 || value === null) return result;
  const random = createRandom(seed);
  let atLeast = 1;
  for (let done = 1; done <= permutations; done++) {
    signal?.throwIfAborted();
    const permuted = correlate(upperTriangle(select(l, random.permutation(k.rows))));
    // A permutation that changes nothing must not fall short by rounding.
    if (permuted !== null && permuted >= value - 1e-12) atLeast++;
    onProgress?.({ task: 'permutation test', done, total: permutations, unit: 'permutations' });
  }
  return { ...result, p: atLeast / (permutations + 1) };
}

function correlation(
  measure: RsaMeasure,
  first: Float32Array | Float64Array,
  options: KernelOptions,
): (second: Float32Array | Float64Array) => number | null {
  if (measure === 'pearson') return (second) => pearson(first, second);
  const ranks = prepareRanks(first, options);
  switch (measure) {
    case 'spearman':
      return (second) => spearmanOfRanks(ranks, prepareRanks(second, options));
    case 'kendall':
      return (second) => kendallOfRanks(ranks, prepareRanks(second, options), options);
    default:
      throw new UsageError(`There is no correlation "${String(measure)}".`, {
        hint: 'Choose pearson, spearman or kendall.',
      });
  }
}

/** @throws IncomparableError or UsageError unless both are square, of the same size, with at least 3 images. */
export function requireSameImages(k: Matrix, l: Matrix): void {
  for (const { rows, cols } of [k, l])
    if (rows !== cols) throw new UsageError(`A similarity matrix of images must be square; found ${rows}×${cols}.`);
  if (k.rows !== l.rows)
    throw new IncomparableError(`Both matrices must be of the same images; found ${k.rows} and ${l.rows}.`);
  if (k.rows < 3) throw new UsageError(`At least 3 images are needed; found ${k.rows}.`);
}

/**
 * Checks that two lists of content ids (such as SHA-256 of the images) are equal, item by item.
 *
 * @throws IncomparableError naming the first difference.
 */
export function requireSameSamples(first: readonly string[], second: readonly string[]): void {
  const length = Math.max(first.length, second.length);
  for (let i = 0; i < length; i++) {
    if (first[i] === second[i]) continue;
    throw new IncomparableError(
      `The two sides do not hold the same samples in the same order: sample ${i} is ${first[i] ?? 'missing'} and ${second[i] ?? 'missing'}.`,
      { hint: 'Give both models the same images in the same order.' },
    );
  }
}
