import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { thinProducts } from '../../../kernels/thin-products/thin-products.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { addProduct, columnGram } from '../data/small-matrix.ts';
import { dot } from '../data/vectors.ts';
import { descentRule } from './descent-rule.ts';
import type { Fit } from './nmf.ts';
import type { UpdateOptions } from './semi-nmf.ts';

export interface ConvexStart {
  /** U, rows × k, above 0. */
  coefficients: Matrix64;
  /** G, rows × k, above 0: the share of each row of X in each direction. */
  mixture: Matrix64;
}

/**
 * Convex-NMF (Ding, Li & Jordan 2010): X ≈ U·W with U ≥ 0 and directions W = Gᵀ·X, G ≥ 0, so each direction is a
 * mixture of rows of X. Multiplicative updates of U and of G on K = X·Xᵀ, under which the error never rises. K is held as a
 * whole: 16·rows² bytes for signed X, half that otherwise.
 */
export function convexNmf(x: Matrix, start: ConvexStart, options: UpdateOptions): Fit {
  const k = start.coefficients.cols;
  const n = x.rows;
  const u = start.coefficients.data.slice();
  const g = start.mixture.data.slice();
  const times = splitKernel(x, k, options);
  const squares = dot(x.data, x.data);
  const tiny = (1e-9 * squares) / x.data.length;
  const rule = descentRule(options.tol);
  let iterations = 0;
  let converged = false;
  while (true) {
    options.signal?.throwIfAborted();
    const mixed = times(g);
    const whole = mixed.positive.map((value, i) => value - mixed.negative[i]!);
    const squaredError = squares - 2 * dot(u, whole) + dot(columnGram(u, k), columnGram(g, k, whole));
    converged = rule.settled(iterations, squaredError);
    if (converged || iterations === options.maxIter) break;
    const above = mixed.positive.slice();
    const below = mixed.negative.slice();
    addProduct(u, columnGram(g, k, mixed.negative), n, k, k, above);
    addProduct(u, columnGram(g, k, mixed.positive), n, k, k, below);
    multiplyByRoots(u, above, below, tiny);
    const shown = times(u);
    const gram = columnGram(u, k);
    addProduct(mixed.negative, gram, n, k, k, shown.positive);
    addProduct(mixed.positive, gram, n, k, k, shown.negative);
    multiplyByRoots(g, shown.positive, shown.negative, tiny);
    iterations++;
  }
  const w = new Float64Array(k * x.cols);
  thinProducts(x, k, options).multiplyTransposed(g, k, w);
  return {
    coefficients: { rows: n, cols: k, data: u },
    directions: { rows: k, cols: x.cols, data: w },
    iterations,
    converged,
  };
}

/** factor ∘= √(above / (below + tiny)) */
function multiplyByRoots(factor: Float64Array, above: Float64Array, below: Float64Array, tiny: number): void {
  for (let i = 0; i < factor.length; i++) factor[i]! *= Math.sqrt(above[i]! / (below[i]! + tiny));
}

/** Rows of X whose products are formed at a time. */
const BLOCK = 32;

/** M ↦ K⁺·M and K⁻·M (rows × k), of the positive part of K = X·Xᵀ and of the negative, its sign turned. */
function splitKernel(
  x: Matrix,
  k: number,
  options: KernelOptions,
): (m: Float64Array) => { positive: Float64Array; negative: Float64Array } {
  const n = x.rows;
  const signed = x.data.some((value) => value < 0);
  const split: Matrix64 = { rows: signed ? 2 * n : n, cols: n, data: new Float64Array((signed ? 2 : 1) * n * n) };
  const rows = thinProducts(x, BLOCK, options);
  for (let from = 0; from < n; from += BLOCK) {
    const width = Math.min(BLOCK, n - from);
    const block = new Float64Array(n * width);
    rows.multiply(Float64Array.from(x.data.subarray(from * x.cols, (from + width) * x.cols)), width, block);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < width; j++) {
        const value = block[i * width + j]!;
        if (value > 0) split.data[i * n + from + j] = value;
        else if (signed) split.data[(n + i) * n + from + j] = -value;
      }
  }
  const products = thinProducts(split, k, options);
  return (m) => {
    const transposed = new Float64Array(m.length);
    for (let i = 0; i < n; i++) for (let t = 0; t < k; t++) transposed[t * n + i] = m[i * k + t]!;
    const out = new Float64Array(split.rows * k);
    products.multiply(transposed, k, out);
    return { positive: out.slice(0, n * k), negative: signed ? out.slice(n * k) : new Float64Array(n * k) };
  };
}
