import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { thinProducts } from '../../../kernels/thin-products/thin-products.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { addProduct, columnGram, pseudoInverse, rowGram } from '../data/small-matrix.ts';
import { dot } from '../data/vectors.ts';
import { descentRule } from './descent-rule.ts';
import type { Fit } from './nmf.ts';

export interface UpdateOptions extends KernelOptions {
  maxIter: number;
  tol: number;
  signal: AbortSignal | undefined;
}

/**
 * Semi-NMF (Ding, Li & Jordan 2010): X ≈ U·W with U ≥ 0 and W free, for signed X. W is the least-squares solution for U,
 * and U follows their multiplicative update, under which the error never rises; `start` is the first U (rows × k, above
 * 0: a value of 0 stays 0). Their 1e-9 against division by 0 is taken relative to the mean square of X, so that the unit of
 * X does not matter.
 */
export function semiNmf(x: Matrix, start: Matrix64, options: UpdateOptions): Fit {
  const k = start.cols;
  const u = start.data.slice();
  const w = new Float64Array(k * x.cols);
  const fitted = new Float64Array(x.rows * k);
  const above = new Float64Array(x.rows * k);
  const below = new Float64Array(x.rows * k);
  const transposed = new Float64Array(k * x.cols);
  const products = thinProducts(x, k, options);
  const squares = dot(x.data, x.data);
  const tiny = (1e-9 * squares) / x.data.length;
  const rule = descentRule(options.tol);
  const solveDirections = (): void => {
    products.multiplyTransposed(u, k, transposed);
    w.fill(0);
    addProduct(pseudoInverse(columnGram(u, k), k), transposed, k, k, x.cols, w);
  };
  let iterations = 0;
  let converged = false;
  solveDirections();
  while (true) {
    options.signal?.throwIfAborted();
    products.multiply(w, k, fitted);
    // W solves the least squares of U, so ‖X − UW‖² = ‖X‖² − ⟨U, X·Wᵀ⟩.
    converged = rule.settled(iterations, squares - dot(u, fitted));
    if (converged || iterations === options.maxIter) break;
    const gram = rowGram(w, k);
    for (let i = 0; i < fitted.length; i++) {
      above[i] = Math.max(0, fitted[i]!);
      below[i] = Math.max(0, -fitted[i]!) + tiny;
    }
    addProduct(
      u,
      gram.map((value) => Math.max(0, -value)),
      x.rows,
      k,
      k,
      above,
    );
    addProduct(
      u,
      gram.map((value) => Math.max(0, value)),
      x.rows,
      k,
      k,
      below,
    );
    for (let i = 0; i < u.length; i++) u[i]! *= Math.sqrt(above[i]! / below[i]!);
    solveDirections();
    iterations++;
  }
  return {
    coefficients: { rows: x.rows, cols: k, data: u },
    directions: { rows: k, cols: x.cols, data: w },
    iterations,
    converged,
  };
}
