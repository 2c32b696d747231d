import { UsageError } from '../../../base/errors.ts';
import { type Matrix, row } from '../../../tensor/matrix.ts';
import { requireSameShape } from '../regress/agreement.ts';
import {
  checkCoefficients,
  conceptLogits,
  type HeadOnConcepts,
  headOnConcepts,
  logSumExp,
  type TargetClass,
  targetOfRows,
} from './concept-head.ts';
import type { ConceptHead } from './heads.ts';

/** What replacing real coefficients by predicted ones does, averaged over patches. */
export interface ReplacementEffect {
  /** Euclidean distance of the activations U·W. */
  l2: number;
  /** KL(original ‖ replaced) of the class distribution, in nats; null without a head, as are the next two. */
  kl: number | null;
  /** Share of patches whose predicted class stays. */
  match: number | null;
  /** Change of the class's probability. */
  deltaTarget: number | null;
}

export interface ReplacementInput {
  /** Null for a network without a head that is known: only distances are measured then. */
  head: ConceptHead | null;
  /** Concepts × channels. */
  directions: Matrix;
  /** Real coefficients, patches × concepts, and predicted ones, in the same units. */
  real: Matrix;
  predicted: Matrix;
  /** The class whose probability is followed; one for all patches or one each. */
  target: TargetClass;
}

export interface ReplacementOptions {
  /** Share of the prediction in what replaces a coefficient; default 0.5 for single concepts, 1 for all at once. */
  blend?: number;
}

/**
 * The replacement test: one concept after the other takes its predicted coefficients, blended with the real ones, and the
 * effect on activations and output is measured against the reconstruction U·W. One effect a concept. Everything happens on
 * coefficients: the distance is |difference|·‖Wⱼ‖, and logits move along row j of {@link HeadOnConcepts.projection}.
 *
 * @throws UsageError when sizes do not fit, a class is not the head's, or the blend is outside [0, 1].
 */
export function replacementEffects(
  input: ReplacementInput,
  { blend = 0.5 }: ReplacementOptions = {},
): ReplacementEffect[] {
  const measure = replacementMeter(input, blend);
  return Array.from({ length: input.directions.rows }, (_, j) => measure([j]));
}

/**
 * The same with all concepts replaced at once.
 *
 * @throws as {@link replacementEffects}.
 */
export function wholeReplacement(input: ReplacementInput, { blend = 1 }: ReplacementOptions = {}): ReplacementEffect {
  return replacementMeter(input, blend)(Array.from({ length: input.directions.rows }, (_, j) => j));
}

/** Effect of the cross-predicted coefficients less that of the self-predicted ones. */
export function replacementDelta(cross: ReplacementEffect, self: ReplacementEffect): ReplacementEffect {
  const less = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);
  return {
    l2: cross.l2 - self.l2,
    kl: less(cross.kl, self.kl),
    match: less(cross.match, self.match),
    deltaTarget: less(cross.deltaTarget, self.deltaTarget),
  };
}

/** Measures the replacement of the given concepts. */
function replacementMeter(
  { head, directions, real, predicted, target }: ReplacementInput,
  blend: number,
): (concepts: readonly number[]) => ReplacementEffect {
  if (!(blend >= 0 && blend <= 1)) throw new UsageError(`blend must be between 0 and 1; found ${blend}.`);
  requireSameShape(real, predicted);
  checkCoefficients(real, directions.rows);
  const { rows, cols } = real;
  if (rows === 0) throw new UsageError('The replacement test needs at least one patch; found none.');
  const onConcepts = head && headOnConcepts(head, directions);
  const outputs = onConcepts && originalOutputs(onConcepts, real, target);
  const shift = Float64Array.from(real.data, (value, at) => blend * (predicted.data[at]! - value));
  return (concepts) => {
    const l2 = meanDistance(shift, rows, cols, concepts, directions);
    if (!outputs) return { l2, kl: null, match: null, deltaTarget: null };
    let kl = 0;
    let match = 0;
    let deltaTarget = 0;
    const u = new Float64Array(cols);
    const logits = new Float64Array(onConcepts.classes);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < cols; k++) u[k] = real.data[i * cols + k]!;
      for (const k of concepts) u[k]! += shift[i * cols + k]!;
      conceptLogits(onConcepts, u, logits);
      const before = outputs.logProbabilities.subarray(i * logits.length, (i + 1) * logits.length);
      const norm = logSumExp(logits);
      let divergence = 0;
      for (let c = 0; c < logits.length; c++) {
        const p = Math.exp(before[c]!);
        if (p > 0) divergence += p * (before[c]! - (logits[c]! - norm));
      }
      const c = outputs.classOf(i);
      // Rounding may bring a divergence of nothing just below 0.
      kl += Math.max(0, divergence);
      match += argmax(before) === argmax(logits) ? 1 : 0;
      deltaTarget += Math.exp(logits[c]! - norm) - Math.exp(before[c]!);
    }
    return { l2, kl: kl / rows, match: match / rows, deltaTarget: deltaTarget / rows };
  };
}

function meanDistance(
  shift: Float64Array,
  rows: number,
  cols: number,
  concepts: readonly number[],
  directions: Matrix,
): number {
  let sum = 0;
  if (concepts.length === 1) {
    const [j] = concepts as [number];
    let power = 0;
    for (const value of row(directions, j)) power += value * value;
    for (let i = 0; i < rows; i++) sum += Math.abs(shift[i * cols + j]!);
    return (sum * Math.sqrt(power)) / rows;
  }
  const difference = new Float64Array(directions.cols);
  for (let i = 0; i < rows; i++) {
    difference.fill(0);
    for (const j of concepts) {
      const step = shift[i * cols + j]!;
      const at = j * directions.cols;
      for (let d = 0; d < directions.cols; d++) difference[d]! += step * directions.data[at + d]!;
    }
    let power = 0;
    for (const value of difference) power += value * value;
    sum += Math.sqrt(power);
  }
  return sum / rows;
}

function originalOutputs(
  head: HeadOnConcepts,
  real: Matrix,
  target: TargetClass,
): { logProbabilities: Float64Array; classOf: (row: number) => number } {
  const { classes } = head;
  const logProbabilities = new Float64Array(real.rows * classes);
  for (let i = 0; i < real.rows; i++) {
    const logits = logProbabilities.subarray(i * classes, (i + 1) * classes);
    conceptLogits(head, row(real, i), logits);
    const norm = logSumExp(logits);
    for (let c = 0; c < classes; c++) logits[c]! -= norm;
  }
  return { logProbabilities, classOf: targetOfRows(target, real.rows, classes) };
}

function argmax(values: Float64Array): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) if (values[c]! > values[best]!) best = c;
  return best;
}
