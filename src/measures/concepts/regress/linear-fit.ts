import { UsageError } from '../../../base/errors.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import type { RegressionProblem } from './training-rows.ts';

/** A linear map of features to targets, in their own units. */
export interface LinearFit {
  /** Targets × features. */
  weights: Matrix64;
  /** One value a target. */
  intercepts: Float64Array;
}

/** The map in the units of the data, from weights (targets × features) of the problem's standardised columns. */
export function linearFit(weights: Matrix64, { inputs, outputs }: RegressionProblem): LinearFit {
  const { rows: targets, cols: features } = weights;
  const data = new Float64Array(weights.data.length);
  const intercepts = outputs.mean.slice();
  for (let t = 0; t < targets; t++) {
    // A target that is constant over the training rows has no scale and is predicted to stay so.
    const scale = Number.isFinite(outputs.scale[t]!) ? outputs.scale[t]! : 0;
    for (let j = 0; j < features; j++) {
      const weight = weights.data[t * features + j]!;
      if (weight === 0) continue;
      data[t * features + j] = (weight * scale) / inputs.scale[j]!;
      intercepts[t]! -= data[t * features + j]! * inputs.mean[j]!;
    }
  }
  return { weights: { rows: targets, cols: features, data }, intercepts };
}

/**
 * x·Wᵀ + b, rows × targets. Predictions of a target without a single weight are exactly equal.
 *
 * @throws UsageError when the numbers of features differ.
 */
export function predictLinear({ weights, intercepts }: LinearFit, x: Matrix): Matrix64 {
  if (x.cols !== weights.cols)
    throw new UsageError(`The map takes ${weights.cols} features; the activations have ${x.cols}.`);
  const { rows, cols } = x;
  const targets = weights.rows;
  const data = new Float64Array(rows * targets);
  for (let t = 0; t < targets; t++) {
    const used: number[] = [];
    for (let j = 0; j < cols; j++) if (weights.data[t * cols + j] !== 0) used.push(j);
    for (let i = 0; i < rows; i++) {
      let sum = intercepts[t]!;
      for (const j of used) sum += weights.data[t * cols + j]! * x.data[i * cols + j]!;
      data[i * targets + t] = sum;
    }
  }
  return { rows, cols: targets, data };
}
