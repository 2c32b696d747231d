import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import {
  checkCoefficients,
  conceptLogits,
  crossEntropy,
  headOnConcepts,
  type TargetClass,
  targetOfRows,
} from './concept-head.ts';
import type { ConceptHead } from './heads.ts';

export interface OcclusionImportance {
  /** Rise of the class's cross-entropy when the concept's coefficient is set to 0, samples × concepts. */
  crossEntropy: Matrix64;
  /** Fall of the class's logit. */
  logit: Matrix64;
}

/**
 * What each concept is worth by leaving it out alone. Needs no baseline without any concept, so it is sound for LayerNorm
 * heads too.
 *
 * @param coefficients Samples × concepts.
 * @throws UsageError when sizes do not fit or a class is not the head's.
 */
export function occlusionImportance(
  head: ConceptHead,
  directions: Matrix,
  coefficients: Matrix,
  target: TargetClass,
): OcclusionImportance {
  checkCoefficients(coefficients, directions.rows);
  const onConcepts = headOnConcepts(head, directions);
  const { rows, cols } = coefficients;
  const classOf = targetOfRows(target, rows, onConcepts.classes);
  const result: OcclusionImportance = {
    crossEntropy: { rows, cols, data: new Float64Array(rows * cols) },
    logit: { rows, cols, data: new Float64Array(rows * cols) },
  };
  const logits = new Float64Array(onConcepts.classes);
  for (let i = 0; i < rows; i++) {
    const c = classOf(i);
    const u = Float64Array.from({ length: cols }, (_, k) => coefficients.data[i * cols + k]!);
    conceptLogits(onConcepts, u, logits);
    const [whole, wholeLoss] = [logits[c]!, crossEntropy(logits, c)];
    for (let k = 0; k < cols; k++) {
      const held = u[k]!;
      if (held === 0) continue;
      u[k] = 0;
      conceptLogits(onConcepts, u, logits);
      u[k] = held;
      result.crossEntropy.data[i * cols + k] = crossEntropy(logits, c) - wholeLoss;
      result.logit.data[i * cols + k] = whole - logits[c]!;
    }
  }
  return result;
}
