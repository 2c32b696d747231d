import { UsageError } from '../../../base/errors.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { featureGram } from './feature-gram.ts';
import { lassoDescent } from './lasso-descent.ts';
import { type LinearFit, linearFit } from './linear-fit.ts';
import { regressionProblem } from './training-rows.ts';

export interface LassoOptions extends KernelOptions {
  /** Default 0.1. */
  alpha?: number;
  /** Largest duality gap, as a share of ‖y‖²/n of the centred target; default 1e-8. */
  tol?: number;
  /** Sweeps for each target; default 50,000. */
  maxIter?: number;
  signal?: AbortSignal;
}

export interface LassoFit extends LinearFit {
  /** Duality gap of each target. */
  gaps: Float64Array;
  iterations: Uint32Array;
  /** Whether all targets reached the tolerance within `maxIter`. */
  converged: boolean;
}

/**
 * The lasso with an intercept, ‖y − Xw − b‖²/(2n) + α‖w‖₁ (Tibshirani 1996), each column of `y` on its own: scikit-learn's
 * `Lasso`. Columns are centred but not scaled.
 *
 * @param x rows × features.
 * @param y rows × targets.
 * @throws UsageError when the numbers of rows differ or an option is out of range.
 */
export function lasso(x: Matrix, y: Matrix, options: LassoOptions = {}): LassoFit {
  const { alpha = 0.1, tol = 1e-8, maxIter = 50_000, signal } = options;
  requirePenalty(alpha);
  if (!(tol > 0)) throw new UsageError(`tol of the lasso must be above 0; found ${tol}.`);
  const gram = featureGram(x, undefined, options);
  const problem = regressionProblem(gram, gram.crossProducts(y), { standardise: false });
  const { weights, ...rest } = lassoDescent(problem, { alpha, tol, maxIter, signal });
  const matrix: Matrix64 = { rows: problem.targets, cols: problem.features, data: weights };
  return { ...linearFit(matrix, problem), ...rest };
}

/** @throws UsageError unless the penalty is a finite number above 0. */
export function requirePenalty(alpha: number): void {
  if (!(alpha > 0 && Number.isFinite(alpha)))
    throw new UsageError(`alpha must be a finite number above 0; found ${alpha}.`, {
      hint: 'Use ordinary least squares for a fit without a penalty.',
    });
}
