import { nmfDescent } from '../../../kernels/nmf-descent/nmf-descent.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import type { FactorStart } from './nndsvd.ts';

/** Element type of the arithmetic. */
export type Precision = 'f64' | 'f32';

export interface NmfOptions extends KernelOptions {
  maxIter: number;
  tol: number;
  precision: Precision;
  signal: AbortSignal | undefined;
}

/** Factors where the iteration stopped. */
export interface Fit extends FactorStart {
  iterations: number;
  /** The stopping rule was met within maxIter. */
  converged: boolean;
}

/**
 * Minimises ½‖X − U·W‖² over U, W ≥ 0 by cyclic coordinate descent (Cichocki & Phan 2009; Hsieh & Dhillon 2011), U's
 * coordinates before W's, from `start`, which is left alone. Stops when the sum of absolute projected gradients of an
 * iteration is at most `tol` of the first iteration's, as scikit-learn's "cd" solver does.
 */
export function nmf(x: Matrix, start: FactorStart, options: NmfOptions): Fit {
  const coefficients = { ...start.coefficients, data: start.coefficients.data.slice() };
  const directions = { ...start.directions, data: start.directions.data.slice() };
  const { precision, tier, maxIter, tol, signal } = options;
  let first = 0;
  let converged = false;
  const iterations = nmfDescent(x, coefficients.data, directions.data, directions.rows, {
    precision,
    ...(tier && { tier }),
    goOn(done, violation) {
      signal?.throwIfAborted();
      if (done === 1) first = violation;
      converged = done > 0 && (first === 0 || violation / first <= tol);
      return !converged && done < maxIter;
    },
  });
  return { coefficients, directions, iterations, converged };
}
