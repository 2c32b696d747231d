import { UsageError } from '../../../base/errors.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { featureGram } from './feature-gram.ts';
import { requirePenalty } from './lasso.ts';
import { type LinearFit, linearFit } from './linear-fit.ts';
import { solveDefinite, solveSemidefinite } from './normal-equations.ts';
import { type RegressionProblem, regressionProblem } from './training-rows.ts';

/**
 * Ordinary least squares with an intercept; where features span each other, the shortest of the solutions, as
 * scikit-learn's `LinearRegression` gives it. Solved by normal equations in 64 bits: reliable up to condition numbers of
 * about 1e5.
 *
 * @param x rows × features.
 * @param y rows × targets.
 * @throws UsageError when the numbers of rows differ.
 */
export function leastSquares(x: Matrix, y: Matrix, options: KernelOptions = {}): LinearFit {
  return solve(x, y, 0, options);
}

/**
 * Ridge regression with an intercept, ‖y − Xw − b‖² + α‖w‖² (Hoerl & Kennard 1970), scikit-learn's `Ridge`.
 *
 * @throws UsageError when the numbers of rows differ, or alpha is not above 0.
 */
export function ridge(x: Matrix, y: Matrix, options: KernelOptions & { alpha?: number } = {}): LinearFit {
  const { alpha = 1 } = options;
  requirePenalty(alpha);
  return solve(x, y, alpha, options);
}

function solve(x: Matrix, y: Matrix, alpha: number, options: KernelOptions): LinearFit {
  if (x.rows < 2) throw new UsageError(`Least squares need at least 2 rows; found ${x.rows}.`);
  const gram = featureGram(x, undefined, options);
  const problem = regressionProblem(gram, gram.crossProducts(y), { standardise: false });
  return linearFit(squaresWeights(problem, alpha), problem);
}

/** Weights (targets × features) of the problem's standardised columns, by least squares or, alpha above 0, ridge regression. */
export function squaresWeights(problem: RegressionProblem, alpha: number): Matrix64 {
  const { features, targets, covariance, rows } = problem;
  const all = Array.from({ length: features }, (_, j) => j);
  problem.ensure(all);
  const matrix = new Float64Array(features * features);
  for (const j of all) matrix.set(problem.column(j), j * features);
  for (const j of all) matrix[j * features + j]! += alpha / rows;
  const solved = (alpha > 0 ? solveDefinite : solveSemidefinite)(matrix, features, covariance);
  return { rows: targets, cols: features, data: solved };
}
