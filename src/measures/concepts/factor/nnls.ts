import { UsageError } from '../../../base/errors.ts';
import type { KernelOptions } from '../../../kernels/shared/wasm-kernel.ts';
import { thinProducts } from '../../../kernels/thin-products/thin-products.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { requireFinite } from '../data/check-activations.ts';
import { NnlsSolver } from './nnls-solver.ts';

/**
 * For each row a of the activations (N × D) the u ≥ 0 of least ‖a − u·W‖, given directions W (k × D): N × k, exact to
 * rounding, each row by itself. On the normal equations (Bro & de Jong 1997); rows share the Cholesky factors of their sets
 * of non-zero coefficients. Where directions depend linearly on one another the minimum is
 * reached by several u, and one of them is returned; a direction of 0 gets coefficients of 0.
 *
 * @throws UsageError for empty input, values that are not finite, or different numbers of columns.
 */
export function nonNegativeCoefficients(
  activations: Matrix,
  directions: Matrix,
  options: KernelOptions = {},
): Matrix64 {
  requireFinite(activations, 'Activations');
  requireFinite(directions, 'The directions');
  if (activations.cols !== directions.cols)
    throw new UsageError(
      `Activations of ${activations.cols} channels cannot be composed of directions of ${directions.cols}.`,
      { hint: 'Take both from the same layer of the same model.' },
    );
  const k = directions.rows;
  const w = Float64Array.from(directions.data);
  const gram = new Float64Array(k * k);
  thinProducts(directions, k, options).multiply(w, k, gram);
  const targets = new Float64Array(activations.rows * k);
  thinProducts(activations, k, options).multiply(w, k, targets);
  const solver = new NnlsSolver(gram, k);
  const out: Matrix64 = { rows: activations.rows, cols: k, data: new Float64Array(activations.rows * k) };
  for (let i = 0; i < activations.rows; i++)
    solver.solve(targets.subarray(i * k, (i + 1) * k), out.data.subarray(i * k, (i + 1) * k));
  return out;
}
