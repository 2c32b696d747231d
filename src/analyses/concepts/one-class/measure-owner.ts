import { headLogits } from '../../../measures/concepts/importance/heads.ts';
import {
  replacementDelta,
  replacementEffects,
  wholeReplacement,
} from '../../../measures/concepts/importance/replacement.ts';
import { agreements } from '../../../measures/concepts/regress/agreement.ts';
import type { ConceptMatch } from '../../../measures/concepts/regress/concept-similarity.ts';
import {
  type ConceptPrediction,
  fitPredictionMap,
  imageBlocks,
  predictCoefficients,
  predictionSource,
} from '../../../measures/concepts/regress/cross-prediction.ts';
import { shuffledPairsNull } from '../../../measures/concepts/regress/nulls.ts';
import type { OwnedConceptsEntry } from '../../../study/concepts-section.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import { agreementEntries } from './agreement-entries.ts';
import { classCollages } from './class-collages.ts';
import type { ClassInput } from './class-input.ts';
import type { MeasuredOwner } from './class-record.ts';
import type { ExtractedConcepts } from './extract-concepts.ts';
import { importanceOf } from './importance.ts';
import { regressionOptions } from './regression-options.ts';
import { stabilityOf } from './stability.ts';

export interface OwnerInput {
  input: ClassInput;
  m: 0 | 1;
  own: ExtractedConcepts;
  prediction: ConceptPrediction;
  /** Largest correlation of each concept with one of the other model. */
  matches: ConceptMatch[] | null;
  seed: number;
}

export interface MeasuredWithArrays {
  owner: MeasuredOwner;
  /** Predicted coefficients of the evaluation patches. */
  cross: Matrix64;
  self: Matrix64;
  /** Similarity in each bootstrap resample, concepts × resamples. */
  draws: { cross: Matrix64; self: Matrix64 };
}

/** Everything that is said of one model's concepts of one class. */
export function measureOwner(owner: OwnerInput): MeasuredWithArrays {
  const { input, m, own, prediction, matches, seed } = owner;
  const { activations, perImage, models, options } = input;
  const { head, targets, labels } = models[m];
  const other = (1 - m) as 0 | 1;
  const cross = predictCoefficients(prediction.cross, activations.evaluation[other]);
  const self = predictCoefficients(prediction.self, activations.evaluation[m]);
  const resampling = { perImage, resamples: options.resamples, level: options.level, seed };
  const similarity = {
    cross: agreementEntries(own.evaluation, cross, prediction.cross, resampling),
    self: agreementEntries(own.evaluation, self, prediction.self, resampling),
  };
  const perPatch = targets ? targets.evaluation.flatMap((target) => Array<number>(perImage).fill(target)) : 0;
  const knownHead = targets ? head : null;
  const replaced = (predicted: Matrix64) => ({
    head: knownHead,
    directions: own.directions,
    real: own.evaluation,
    predicted,
    target: perPatch,
  });
  const replacement = {
    cross: replacementEffects(replaced(cross), { blend: options.blend }),
    self: replacementEffects(replaced(self), { blend: options.blend }),
  };
  const importance = knownHead ? importanceOf(input, m, own.directions, knownHead, seed) : null;
  const randomNetwork = randomSimilarity(owner);
  const shuffled =
    options.shuffles > 0
      ? shuffledPairsNull(own.evaluation, cross, { permutations: options.shuffles, perImage, seed })
      : null;
  const { stability, dead, duplicateOf } = stabilityOf(own, input, m, seed);
  const concepts = Array.from({ length: own.directions.rows }, (_, j) => ({
    index: j,
    similarity: { cross: similarity.cross.entries[j]!, self: similarity.self.entries[j]! },
    null: { shuffled: shuffled?.[j] ?? null, randomNetwork: randomNetwork?.[j] ?? null },
    maxSimilarity: matches?.[j]?.value ?? null,
    partner: matches?.[j]?.partner ?? null,
    importance: importance?.[j] ?? null,
    replacement: {
      cross: replacement.cross[j]!,
      self: replacement.self[j]!,
      delta: replacementDelta(replacement.cross[j]!, replacement.self[j]!),
    },
    stability: stability?.[j] ?? null,
    dead: dead[j]!,
    duplicateOf: duplicateOf[j]!,
  }));
  return {
    owner: {
      nComponents: own.directions.rows,
      error: own.error,
      relativeError: own.relativeError,
      iterations: own.iterations,
      converged: own.converged,
      concepts,
      whole: { cross: wholeReplacement(replaced(cross)), self: wholeReplacement(replaced(self)) },
      patchAccuracy: patchAccuracy(activations.evaluation[m], own, head, labels, perImage),
      collages: classCollages(own.evaluation, cross, perImage, options.collageSize),
    },
    cross,
    self,
    draws: { cross: similarity.cross.draws, self: similarity.self.draws },
  };
}

/** Similarity given a network of the other's architecture with random weights, fitted and evaluated in the same way. */
function randomSimilarity({ input, m, own }: OwnerInput): (number | null)[] | null {
  const random = input.activations.random[1 - m];
  if (!random) return null;
  const { perImage, options } = input;
  const settings = regressionOptions(options, random.fit.rows / perImage);
  const source = predictionSource(random.fit, imageBlocks(random.fit.rows, { perImage, ...settings }));
  const map = fitPredictionMap(source, own.fit, settings);
  return agreements(own.evaluation, predictCoefficients(map, random.evaluation)).map(({ pearson }) => pearson);
}

function patchAccuracy(
  activations: Matrix,
  own: ExtractedConcepts,
  head: ClassInput['models'][number]['head'],
  labels: (number | null)[] | null,
  perImage: number,
): OwnedConceptsEntry['patchAccuracy'] {
  if (!head || !labels?.some((label) => label !== null)) return { original: null, reconstructed: null };
  const share = (logits: Matrix64): number => {
    let right = 0;
    let all = 0;
    for (let i = 0; i < logits.rows; i++) {
      const label = labels[Math.floor(i / perImage)]!;
      if (label === null) continue;
      all++;
      const scores = logits.data.subarray(i * logits.cols, (i + 1) * logits.cols);
      if (scores.every((value) => value <= scores[label]!)) right++;
    }
    return right / all;
  };
  return {
    original: share(headLogits(head, activations)),
    reconstructed: share(headLogits(head, rebuilt(own.evaluation, own.directions))),
  };
}

/** U·W. */
function rebuilt(coefficients: Matrix64, directions: Matrix64): Matrix64 {
  const { rows, cols: k } = coefficients;
  const { cols } = directions;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let t = 0; t < k; t++) {
      const factor = coefficients.data[i * k + t]!;
      if (factor === 0) continue;
      for (let c = 0; c < cols; c++) data[i * cols + c]! += factor * directions.data[t * cols + c]!;
    }
  return { rows, cols, data };
}
