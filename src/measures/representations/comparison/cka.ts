import { IncomparableError, UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';

/** `biased`: HSIC with 1/(n−1)². `unbiased`: HSIC₁ of Song et al. (2012), whose mean does not depend on n; n > 3. */
export type HsicEstimator = 'biased' | 'unbiased';

export interface CkaOptions {
  /** Default `biased`, which is never undefined for kernels that vary. */
  estimator?: HsicEstimator;
}

export interface CkaResult {
  /**
   * HSIC(K, L) / √(HSIC(K, K) · HSIC(L, L)); 1 for a matrix with itself, unchanged by scale. Null where it is undefined;
   * `reason` then says why.
   */
  value: number | null;
  hsic: { kl: number; kk: number; ll: number };
  estimator: HsicEstimator;
  reason?: string;
}

/**
 * Centred kernel alignment of two symmetric similarity matrices of the same images in the same order (Kornblith et al.
 * 2019).
 *
 * @throws IncomparableError for different sizes; UsageError for matrices that are not square or, unbiased, smaller than 4.
 */
export function cka(k: Matrix, l: Matrix, { estimator = 'biased' }: CkaOptions = {}): CkaResult {
  const hsic = { kl: hsicOf(k, l, estimator), kk: hsicOf(k, k, estimator), ll: hsicOf(l, l, estimator) };
  return ratio(hsic, estimator);
}

/**
 * How CKA is made of mini-batches.
 * - `biased`: biased HSIC averaged over batches, then the ratio.
 * - `unbiased`: HSIC₁ averaged over batches, then the ratio (Nguyen et al. 2021): converges to that of all images.
 * - `mean`: CKA of each batch (biased), averaged.
 */
export type MinibatchRule = 'biased' | 'unbiased' | 'mean';

/**
 * CKA from similarity matrices of batches, pair by pair.
 *
 * @throws UsageError if there are no batches; as {@link cka} for each pair.
 */
export function minibatchCka(
  batches: readonly { k: Matrix; l: Matrix }[],
  rule: MinibatchRule = 'unbiased',
): CkaResult & { rule: MinibatchRule; batches: number } {
  if (batches.length === 0) throw new UsageError('Mini-batch CKA needs at least one batch.');
  const estimator = rule === 'unbiased' ? 'unbiased' : 'biased';
  const each = batches.map(({ k, l }) => cka(k, l, { estimator }));
  const mean = (value: (result: CkaResult) => number): number =>
    each.reduce((sum, result) => sum + value(result), 0) / each.length;
  const hsic = { kl: mean((r) => r.hsic.kl), kk: mean((r) => r.hsic.kk), ll: mean((r) => r.hsic.ll) };
  if (rule !== 'mean') return { ...ratio(hsic, estimator), rule, batches: each.length };
  const failed = each.findIndex((result) => result.value === null);
  return failed < 0
    ? { value: mean((result) => result.value!), hsic, estimator, rule, batches: each.length }
    : { value: null, hsic, estimator, rule, batches: each.length, reason: `Batch ${failed}: ${each[failed]!.reason}` };
}

function ratio(hsic: CkaResult['hsic'], estimator: HsicEstimator): CkaResult {
  const { kl, kk, ll } = hsic;
  if (kk > 0 && ll > 0) return { value: kl / Math.sqrt(kk) / Math.sqrt(ll), hsic, estimator };
  const which = kk > 0 ? 'second' : 'first';
  const reason = `The ${which} matrix does not vary after centring, so nothing can be aligned with it.`;
  return { value: null, hsic, estimator, reason };
}

/**
 * The Hilbert–Schmidt independence criterion of two symmetric similarity matrices.
 *
 * @throws as {@link cka}.
 */
export function hsicOf(k: Matrix, l: Matrix, estimator: HsicEstimator): number {
  const n = k.rows;
  for (const matrix of [k, l])
    if (matrix.rows !== matrix.cols)
      throw new UsageError(`CKA needs square similarity matrices; found ${matrix.rows}×${matrix.cols}.`);
  if (l.rows !== n)
    throw new IncomparableError(`CKA compares the same images in the same order; found ${n} and ${l.rows}.`);
  if (estimator === 'biased') {
    if (n < 2) throw new UsageError(`HSIC needs at least 2 images; found ${n}.`);
    return biasedHsic(k, l);
  }
  if (n < 4) throw new UsageError(`The unbiased HSIC needs at least 4 images; found ${n}.`);
  return unbiasedHsic(k, l);
}

/** tr(K H L H) / (n−1)²: the product of the doubly centred matrices. */
function biasedHsic(k: Matrix, l: Matrix): number {
  const n = k.rows;
  return centredProduct(k, l, { rows: n, total: n * n, diagonal: true }) / (n - 1) ** 2;
}

/**
 * [tr(K̃L̃) + (1ᵀK̃1)(1ᵀL̃1)/((n−1)(n−2)) − 2/(n−2) · 1ᵀK̃L̃1] / (n(n−3)) with zero diagonals, as the product of U-centred
 * matrices (Székely & Rizzo 2014). Equal in exact arithmetic, but nothing large cancels, and HSIC₁ of a matrix with itself
 * comes out as the sum of squares it is, never negative by rounding.
 */
function unbiasedHsic(k: Matrix, l: Matrix): number {
  const n = k.rows;
  return centredProduct(k, l, { rows: n - 2, total: (n - 1) * (n - 2), diagonal: false }) / (n * (n - 3));
}

interface Divisors {
  rows: number;
  total: number;
  /** Whether diagonals take part; without them they count as 0. */
  diagonal: boolean;
}

/** What rounding leaves of a matrix that does not vary, relative to its sum of squares. */
const CONSTANT = 1e-26;

/** Σ k̂ᵢⱼ l̂ᵢⱼ of centred matrices x̂ᵢⱼ = xᵢⱼ − rowᵢ/rows − rowⱼ/rows + all/total. */
function centredProduct(k: Matrix, l: Matrix, divisors: Divisors): number {
  const n = k.rows;
  const a = centring(k, divisors);
  const b = k === l ? a : centring(l, divisors);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    let rowSum = 0;
    for (let j = 0; j < n; j++) {
      if (i === j && !divisors.diagonal) continue;
      const x = k.data[i * n + j]!;
      rowSum += (x - a.rows[i]! - a.rows[j]! + a.total) * (l.data[i * n + j]! - b.rows[i]! - b.rows[j]! + b.total);
      squares += x * x;
    }
    sum += rowSum;
  }
  return k === l && sum <= CONSTANT * squares ? 0 : sum;
}

function centring({ rows: n, data }: Matrix, divisors: Divisors): { rows: Float64Array; total: number } {
  const rows = new Float64Array(n);
  let all = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) if (i !== j || divisors.diagonal) sum += data[i * n + j]!;
    rows[i] = sum / divisors.rows;
    all += sum;
  }
  return { rows, total: all / divisors.total };
}
