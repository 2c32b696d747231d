import { UsageError } from '../../../base/errors.ts';
import type { Matrix } from '../../../tensor/matrix.ts';
import { type ConceptHead, checkHead } from './heads.ts';

/**
 * A head as a function of concept coefficients u, through activations u·W. No channel is touched once it is made:
 *
 * - linear: logits = u·M + b with M = W·Vᵀ;
 * - LayerNorm and linear: with W′ the directions less their row means, M = W′·diag(γ)·Vᵀ and K = W′·W′ᵀ/D, the variance of
 *   the activations is u·K·uᵀ, so logits = u·M / √(u·K·uᵀ + eps) + V·β + b.
 */
export interface HeadOnConcepts {
  concepts: number;
  classes: number;
  /** M, concepts × classes. */
  projection: Float64Array;
  /** The logits where all coefficients are 0. */
  offset: Float64Array;
  /** K (concepts × concepts) and eps; undefined for a linear head. */
  variance?: { gram: Float64Array; eps: number };
}

/**
 * The head on the concepts of `directions` (concepts × channels).
 *
 * @throws UsageError when the sizes do not fit.
 */
export function headOnConcepts(head: ConceptHead, directions: Matrix): HeadOnConcepts {
  checkHead(head, directions.cols);
  const { rows: concepts, cols: channels, data } = directions;
  const { weight } = head;
  const classes = weight.rows;
  const offset = Float64Array.from(head.bias);
  const basis = Float64Array.from(data);
  let variance: HeadOnConcepts['variance'];
  if (head.kind === 'layer-norm-linear') {
    centreRows(basis, concepts, channels);
    const gram = new Float64Array(concepts * concepts);
    for (let i = 0; i < concepts; i++)
      for (let j = 0; j < concepts; j++) {
        let sum = 0;
        for (let d = 0; d < channels; d++) sum += basis[i * channels + d]! * basis[j * channels + d]!;
        gram[i * concepts + j] = sum / channels;
      }
    variance = { gram, eps: head.eps };
    for (let i = 0; i < basis.length; i++) basis[i]! *= head.gamma[i % channels]!;
    for (let c = 0; c < classes; c++)
      for (let d = 0; d < channels; d++) offset[c]! += weight.data[c * channels + d]! * head.beta[d]!;
  }
  const projection = new Float64Array(concepts * classes);
  for (let k = 0; k < concepts; k++)
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let d = 0; d < channels; d++) sum += basis[k * channels + d]! * weight.data[c * channels + d]!;
      projection[k * classes + c] = sum;
    }
  return { concepts, classes, projection, offset, ...(variance && { variance }) };
}

/** Logits of one sample's coefficients into `out` (classes). Returns what the products with M were divided by. */
export function conceptLogits(head: HeadOnConcepts, coefficients: ArrayLike<number>, out: Float64Array): number {
  const { concepts, classes, projection, offset } = head;
  const sigma = deviation(head, coefficients);
  out.fill(0);
  for (let k = 0; k < concepts; k++) {
    const u = coefficients[k]!;
    if (u === 0) continue;
    const at = k * classes;
    for (let c = 0; c < classes; c++) out[c]! += u * projection[at + c]!;
  }
  for (let c = 0; c < classes; c++) out[c] = out[c]! / sigma + offset[c]!;
  return sigma;
}

/** √(u·K·uᵀ + eps), the deviation that LayerNorm divides by; 1 for a linear head. */
function deviation({ concepts, variance }: HeadOnConcepts, u: ArrayLike<number>): number {
  if (!variance) return 1;
  let sum = 0;
  for (let i = 0; i < concepts; i++)
    for (let j = 0; j < concepts; j++) sum += u[i]! * u[j]! * variance.gram[i * concepts + j]!;
  return Math.sqrt(Math.max(0, sum) + variance.eps);
}

/** −log softmax of `target`: the cross-entropy of logits, in nats. */
export function crossEntropy(logits: Float64Array, target: number): number {
  return logSumExp(logits) - logits[target]!;
}

export function logSumExp(logits: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of logits) if (value > largest) largest = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}

/** The class whose score is asked about: one for all rows, or one a row. */
export type TargetClass = number | ArrayLike<number>;

/**
 * The class of each row.
 *
 * @throws UsageError when there is not one for each, or it is no class of the head.
 */
export function targetOfRows(target: TargetClass, rows: number, classes: number): (row: number) => number {
  const given = typeof target === 'number' ? [target] : Array.from(target);
  if (typeof target !== 'number' && given.length !== rows)
    throw new UsageError(`The target class needs one value for each of ${rows} rows; found ${given.length}.`);
  const wrong = given.find((c) => !(Number.isInteger(c) && c >= 0 && c < classes));
  if (wrong !== undefined)
    throw new UsageError(`The head has classes 0 to ${classes - 1}; class ${wrong} was asked for.`);
  return typeof target === 'number' ? () => target : (i) => given[i]!;
}

/** @throws UsageError unless coefficients (rows × concepts) and directions (concepts × channels) fit. */
export function checkCoefficients(coefficients: Matrix, concepts: number): void {
  if (coefficients.cols !== concepts)
    throw new UsageError(
      `The directions hold ${concepts} concepts; the coefficients have ${coefficients.cols} columns.`,
    );
}

function centreRows(data: Float64Array, rows: number, cols: number): void {
  for (let i = 0; i < rows; i++) {
    const values = data.subarray(i * cols, (i + 1) * cols);
    let mean = 0;
    for (const value of values) mean += value / cols;
    for (let d = 0; d < cols; d++) values[d]! -= mean;
  }
}
