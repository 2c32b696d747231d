import { UsageError } from '../../../base/errors.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import {
  checkCoefficients,
  conceptLogits,
  crossEntropy,
  type HeadOnConcepts,
  headOnConcepts,
  logSumExp,
  type TargetClass,
  targetOfRows,
} from './concept-head.ts';
import type { ConceptHead } from './heads.ts';

export interface IntegratedGradientsOptions {
  /** Points on the way from no concept to the sample, both ends among them; default 30. */
  steps?: number;
}

export interface ConceptImportance {
  /** Minus the integrated gradient, samples × concepts: positive where the concept lowers the class's cross-entropy. */
  values: Matrix64;
  /** Cross-entropy of each sample without any concept, and with all. Their difference is the sum of its row, nearly. */
  baseline: Float64Array;
  loss: Float64Array;
}

/**
 * Concept integrated gradients (Sundararajan et al. 2017, on the concepts' coefficients): the gradient of the class's
 * cross-entropy, averaged by the trapezoid rule on the straight way from 0 to the coefficients, times the coefficients, with
 * the sign turned. In closed form for both kinds of head. The LayerNorm of a zero vector is degenerate, so for such heads
 * the baseline says little; look at {@link occlusionImportance} or {@link sobolImportance} too.
 *
 * @param coefficients Samples × concepts; whole images by default of the method.
 * @param target The class, one for all samples or one each.
 * @throws UsageError when sizes do not fit, a class is not the head's, or there are fewer than two steps.
 */
export function conceptImportance(
  head: ConceptHead,
  directions: Matrix,
  coefficients: Matrix,
  target: TargetClass,
  { steps = 30 }: IntegratedGradientsOptions = {},
): ConceptImportance {
  if (!(Number.isInteger(steps) && steps >= 2))
    throw new UsageError(`Integrated gradients need at least 2 steps; found ${steps}.`);
  checkCoefficients(coefficients, directions.rows);
  const onConcepts = headOnConcepts(head, directions);
  const { rows, cols } = coefficients;
  const classOf = targetOfRows(target, rows, onConcepts.classes);
  const values: Matrix64 = { rows, cols, data: new Float64Array(rows * cols) };
  const baseline = new Float64Array(rows);
  const loss = new Float64Array(rows);
  const gradient = new Float64Array(cols);
  const path = pathOf(onConcepts);
  const logits = new Float64Array(onConcepts.classes);
  for (let i = 0; i < rows; i++) {
    const u = Float64Array.from({ length: cols }, (_, k) => coefficients.data[i * cols + k]!);
    const c = classOf(i);
    path(u, c, steps, gradient);
    for (let k = 0; k < cols; k++) values.data[i * cols + k] = -u[k]! * gradient[k]!;
    baseline[i] = crossEntropy(onConcepts.offset, c);
    conceptLogits(onConcepts, u, logits);
    loss[i] = crossEntropy(logits, c);
  }
  return { values, baseline, loss };
}

/**
 * The average gradient along the way. Everything but the class probabilities is the same all the way up to a factor: with
 * q = u·M, the logits at α·u are α·q/σ + b where σ² = α²·u·K·uᵀ + eps (σ = 1 for a linear head). The gradient is
 * M·δ/σ − α²·(q·δ)·K·u/σ³ with δ = p − e, so that sums of δ/σ and of α²·(q·δ)/σ³ are all that the path adds up.
 */
function pathOf(head: HeadOnConcepts): (u: Float64Array, c: number, steps: number, out: Float64Array) => void {
  const { concepts, classes, projection, offset, variance } = head;
  const products = new Float64Array(classes);
  const logits = new Float64Array(classes);
  const direct = new Float64Array(classes);
  const spread = new Float64Array(concepts);
  return (u, c, steps, out) => {
    products.fill(0);
    direct.fill(0);
    let through = 0;
    for (let k = 0; k < concepts; k++)
      for (let j = 0; j < classes; j++) products[j]! += u[k]! * projection[k * classes + j]!;
    let power = 0;
    if (variance)
      for (let k = 0; k < concepts; k++) {
        let sum = 0;
        for (let l = 0; l < concepts; l++) sum += variance.gram[k * concepts + l]! * u[l]!;
        spread[k] = sum;
        power += u[k]! * sum;
      }
    for (let t = 0; t < steps; t++) {
      const alpha = t / (steps - 1);
      const share = (t === 0 || t === steps - 1 ? 0.5 : 1) / (steps - 1);
      const sigma = variance ? Math.sqrt(alpha * alpha * power + variance.eps) : 1;
      for (let j = 0; j < classes; j++) logits[j] = (alpha * products[j]!) / sigma + offset[j]!;
      const norm = logSumExp(logits);
      let along = 0;
      for (let j = 0; j < classes; j++) {
        const delta = Math.exp(logits[j]! - norm) - (j === c ? 1 : 0);
        direct[j]! += (share * delta) / sigma;
        along += delta * products[j]!;
      }
      if (variance) through += (share * alpha * alpha * along) / sigma ** 3;
    }
    for (let k = 0; k < concepts; k++) {
      let sum = variance ? -through * spread[k]! : 0;
      for (let j = 0; j < classes; j++) sum += projection[k * classes + j]! * direct[j]!;
      out[k] = sum;
    }
  };
}

/**
 * WCI: importance times the gap between the two models' probabilities of the class, sample by sample; for the first model's
 * concepts give p₀ − p₁, for the second's p₁ − p₀. Highlights concepts that are active where their model is the more
 * confident one.
 *
 * @throws UsageError when there is not one gap for each sample.
 */
export function weightByConfidence(importance: Matrix, gaps: ArrayLike<number>): Matrix64 {
  const { rows, cols } = importance;
  if (gaps.length !== rows)
    throw new UsageError(`${rows} samples need ${rows} probability gaps; found ${gaps.length}.`);
  const data = Float64Array.from(importance.data, (value, at) => value * gaps[Math.floor(at / cols)]!);
  return { rows, cols, data };
}
