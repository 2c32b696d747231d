import { UsageError } from '../../../base/errors.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { checkCoefficients, conceptLogits, headOnConcepts, type TargetClass, targetOfRows } from './concept-head.ts';
import { haltonPoints } from './halton.ts';
import type { ConceptHead } from './heads.ts';

export interface SobolOptions {
  /** Masks of each of the two designs; default 32. A sample costs (concepts + 2) times as many evaluations of the head. */
  designs?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Total-order Sobol indices of the concepts for the class's logit, samples × concepts: the share of its variance that is lost
 * when the concept's coefficient, scaled by a factor between 0 and 1 like all others, no longer varies. In [0, ∞) as
 * estimated, about 1 in sum where concepts do not interact; 0 for a sample whose logit does not vary. Masks are two scrambled
 * Halton designs, the estimator Jansen's (1999), as CRAFT has it (Fel et al. 2023). Average over samples.
 *
 * @param coefficients Samples × concepts.
 * @throws UsageError when sizes do not fit, a class is not the head's, or there are fewer than two masks.
 */
export function sobolImportance(
  head: ConceptHead,
  directions: Matrix,
  coefficients: Matrix,
  target: TargetClass,
  { designs = 32, seed = 0 }: SobolOptions = {},
): Matrix64 {
  if (!(Number.isInteger(designs) && designs >= 2))
    throw new UsageError(`Sobol indices need at least 2 masks a design; found ${designs}.`);
  checkCoefficients(coefficients, directions.rows);
  const onConcepts = headOnConcepts(head, directions);
  const { rows, cols } = coefficients;
  const classOf = targetOfRows(target, rows, onConcepts.classes);
  const points = haltonPoints(designs, 2 * cols, seed);
  const mask = (n: number, k: number, second: boolean): number => points[n * 2 * cols + k + (second ? cols : 0)]!;
  const values: Matrix64 = { rows, cols, data: new Float64Array(rows * cols) };
  const logits = new Float64Array(onConcepts.classes);
  const masked = new Float64Array(cols);
  const first = new Float64Array(designs);
  for (let i = 0; i < rows; i++) {
    const c = classOf(i);
    const u = coefficients.data.subarray(i * cols, (i + 1) * cols);
    // The masks of the first design, with that of concept `swapped` from the second; −1 swaps none.
    const score = (n: number, swapped: number): number => {
      for (let k = 0; k < cols; k++) masked[k] = u[k]! * mask(n, k, k === swapped);
      conceptLogits(onConcepts, masked, logits);
      return logits[c]!;
    };
    for (let n = 0; n < designs; n++) first[n] = score(n, -1);
    const variance = varianceOf(first);
    if (variance === 0) continue;
    for (let k = 0; k < cols; k++) {
      if (u[k] === 0) continue;
      let sum = 0;
      for (let n = 0; n < designs; n++) sum += (first[n]! - score(n, k)) ** 2;
      values.data[i * cols + k] = sum / (2 * designs * variance);
    }
  }
  return values;
}

/** Population variance; exactly 0 for equal values. */
function varianceOf(values: Float64Array): number {
  if (values.every((value) => value === values[0])) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
