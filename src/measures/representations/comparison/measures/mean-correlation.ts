import { singularValues } from '../../../../statistics/linear-algebra/singular-values.ts';
import type { Matrix64 } from '../../../../tensor/matrix.ts';

/** Mean of the singular values of UₓᵀUᵧ, the canonical correlations; null where a side has no dimension. */
export function meanCorrelation(cross: Matrix64): number | null {
  const correlations = singularValues(cross);
  if (correlations.length === 0) return null;
  return correlations.reduce((sum, value) => sum + Math.min(1, value), 0) / correlations.length;
}
