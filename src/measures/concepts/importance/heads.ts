import { UsageError } from '../../../base/errors.ts';
import { type Matrix, type Matrix64, row } from '../../../tensor/matrix.ts';

/** activations · Vᵀ + b, the usual end of a convolutional network. */
export interface LinearHead {
  kind: 'linear';
  /** V, classes × channels. */
  weight: Matrix;
  /** b, one value a class. */
  bias: ArrayLike<number>;
}

/** LayerNorm over the channels, then linear: the end of a vision transformer whose last block was tapped. */
export interface LayerNormLinearHead {
  kind: 'layer-norm-linear';
  /** Gain and shift, one value a channel. */
  gamma: ArrayLike<number>;
  beta: ArrayLike<number>;
  /** Added to the variance; 1e-6 in most vision transformers. */
  eps: number;
  weight: Matrix;
  bias: ArrayLike<number>;
}

/** How pooled activations become logits. */
export type ConceptHead = LinearHead | LayerNormLinearHead;

/**
 * Logits of activations (rows × channels), rows × classes in 64 bits.
 *
 * @throws UsageError when the sizes of head and activations do not fit.
 */
export function headLogits(head: ConceptHead, activations: Matrix): Matrix64 {
  checkHead(head, activations.cols);
  const { rows, cols: channels } = activations;
  const classes = head.weight.rows;
  const out: Matrix64 = { rows, cols: classes, data: new Float64Array(rows * classes) };
  for (let i = 0; i < rows; i++) {
    const given = row(activations, i);
    const z = head.kind === 'linear' ? given : layerNorm(given, head);
    for (let c = 0; c < classes; c++) {
      let sum = head.bias[c]!;
      for (let d = 0; d < channels; d++) sum += z[d]! * head.weight.data[c * channels + d]!;
      out.data[i * classes + c] = sum;
    }
  }
  return out;
}

/** (z − mean) / √(variance + eps) · γ + β, with the variance of n values (Ba et al. 2016). */
function layerNorm(values: ArrayLike<number>, { gamma, beta, eps }: LayerNormLinearHead): Float64Array {
  const n = values.length;
  let mean = 0;
  for (let d = 0; d < n; d++) mean += values[d]! / n;
  let variance = 0;
  for (let d = 0; d < n; d++) variance += (values[d]! - mean) ** 2 / n;
  const scale = 1 / Math.sqrt(variance + eps);
  return Float64Array.from({ length: n }, (_, d) => (values[d]! - mean) * scale * gamma[d]! + beta[d]!);
}

/** @throws UsageError unless the head takes `channels` values and its parts fit each other. */
export function checkHead(head: ConceptHead, channels: number): void {
  const { weight, bias } = head;
  if (weight.cols !== channels)
    throw new UsageError(`The head takes ${weight.cols} channels; the activations have ${channels}.`, {
      hint: 'Choose the layer whose pooled output goes into the classifier, or compare without a head.',
    });
  if (bias.length !== weight.rows)
    throw new UsageError(`The head's weight has ${weight.rows} classes, its bias ${bias.length} values.`);
  if (head.kind === 'layer-norm-linear')
    for (const name of ['gamma', 'beta'] as const)
      if (head[name].length !== channels)
        throw new UsageError(`${name} of the head's LayerNorm needs ${channels} values; found ${head[name].length}.`);
}
