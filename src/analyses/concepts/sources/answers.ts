import { areProbabilities, softmaxRows } from '../../../statistics/probabilities.ts';
import type { Matrix } from '../../../tensor/matrix.ts';

/** How a model's outputs are answers: one class of all (softmax), or each class by itself (sigmoid, multi-label). */
export type AnswerKind = 'softmax' | 'sigmoid';

export const ANSWER_KINDS: readonly AnswerKind[] = ['softmax', 'sigmoid'];

export interface Answers {
  kind: AnswerKind;
  /** Whether the outputs are probabilities already. */
  areProbabilities: boolean;
  /** Why it is taken for so. */
  reason: string;
}

/** The probability from which a multi-label model says that a class is there. */
export const PRESENT = 0.5;

/**
 * How outputs are answers: as asked; else sigmoid where the graph makes them by one, or where they lie between 0 and 1 without
 * adding up to 1; else softmax.
 *
 * @param outputs Of a few images, images × outputs.
 * @param op The operator that makes them; undefined where they were computed elsewhere.
 */
export function settleAnswers(outputs: Matrix, asked: AnswerKind | undefined, op: string | undefined): Answers {
  const isSigmoid = op === 'Sigmoid' || op === 'HardSigmoid';
  const within = outputs.data.length > 0 && outputs.data.every((value) => value >= 0 && value <= 1);
  const kind = asked ?? (isSigmoid || (within && !areProbabilities(outputs)) ? 'sigmoid' : 'softmax');
  const reason =
    asked !== undefined
      ? 'as asked'
      : isSigmoid
        ? `the graph's output is a ${op}`
        : kind === 'sigmoid'
          ? 'its outputs lie between 0 and 1 and do not add up to 1'
          : 'the usual';
  return { kind, areProbabilities: kind === 'sigmoid' ? isSigmoid || within : areProbabilities(outputs), reason };
}

/** Probabilities of classes, from a model's outputs. */
export function probabilitiesOf(outputs: Matrix, { kind, areProbabilities: done }: Answers): Matrix {
  if (done) return outputs;
  if (kind === 'softmax') return softmaxRows(outputs);
  return { ...outputs, data: Float64Array.from(outputs.data, (value) => 1 / (1 + Math.exp(-value))) };
}

/** What is said of a model that answers for each class by itself. */
export function multiLabelNote(answers: Answers | null): string[] {
  if (answers?.kind !== 'sigmoid') return [];
  return [`Multi-label (${answers.reason}): an image is of every class of probability ${PRESENT} or more.`];
}
