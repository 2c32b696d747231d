import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { norm } from '../data/vectors.ts';

export interface ReconstructionError {
  /** ‖A − U·W‖_F, in the unit of the activations; grows with their number. */
  error: number;
  /** That over ‖A‖_F: 0 is exact, 1 no better than nothing. 0 for activations that are all 0 and rebuilt exactly. */
  relativeError: number;
}

/**
 * How far U·W is from the activations A (rows × cols), of coefficients U (rows × k) and directions W (k × cols).
 *
 * @throws UsageError when the shapes do not fit together.
 */
export function reconstructionError(
  activations: Matrix,
  coefficients: Matrix,
  directions: Matrix,
): ReconstructionError {
  requireFactors(activations, coefficients, directions);
  const { rows, cols, data } = activations;
  const k = directions.rows;
  const rebuilt = new Float64Array(cols);
  let squares = 0;
  for (let i = 0; i < rows; i++) {
    rebuilt.fill(0);
    for (let t = 0; t < k; t++) {
      const factor = coefficients.data[i * k + t]!;
      if (factor === 0) continue;
      for (let c = 0; c < cols; c++) rebuilt[c]! += factor * directions.data[t * cols + c]!;
    }
    for (let c = 0; c < cols; c++) squares += (data[i * cols + c]! - rebuilt[c]!) ** 2;
  }
  const error = Math.sqrt(squares);
  return { error, relativeError: error === 0 ? 0 : error / norm(data) };
}

/** @throws UsageError unless rows × k times k × cols gives the shape of the activations. */
export function requireFactors(activations: Matrix, coefficients: Matrix, directions: Matrix): void {
  const fits =
    coefficients.rows === activations.rows &&
    directions.cols === activations.cols &&
    coefficients.cols === directions.rows;
  if (fits) return;
  const shape = ({ rows, cols }: Matrix): string => `${rows}×${cols}`;
  throw new UsageError(
    `Coefficients of ${shape(coefficients)} and directions of ${shape(directions)} do not make activations of ${shape(activations)}.`,
  );
}
