import { IncomparableError, UsageError } from '../../../../base/errors.ts';
import type { Matrix } from '../../../../tensor/matrix.ts';

/** What a model answers to each image. */
export interface Answers {
  /** Class with the largest output, among equals the first. */
  predicted: Int32Array;
  /** Number of classes. */
  classes: number;
  /** Index of the true class of each image, −1 where it is not known; null where none is. */
  truth: Int32Array | null;
}

/**
 * @param outputs images × classes, probabilities or logits
 * @param truth one class index for each image, −1 where unknown
 * @throws UsageError for other lengths, class indices that there are not, and outputs without classes
 */
export function answersOf(outputs: Matrix, truth: ArrayLike<number> | null = null): Answers {
  const { rows, cols, data } = outputs;
  if (cols === 0) throw new UsageError('Outputs need at least one class; found none.');
  if (truth && truth.length !== rows)
    throw new UsageError(`There are outputs of ${rows} images and ${truth.length} labels.`);
  for (let i = 0; truth && i < rows; i++)
    if (!(Number.isInteger(truth[i]) && truth[i]! >= -1 && truth[i]! < cols))
      throw new UsageError(`Label ${i} must be a class from 0 to ${cols - 1}, or -1; found ${truth[i]}.`);
  const predicted = Int32Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let c = 1; c < cols; c++) if (data[i * cols + c]! > data[i * cols + best]!) best = c;
    return best;
  });
  return { predicted, classes: cols, truth: truth && Int32Array.from(truth) };
}

/** @throws IncomparableError for answers to different numbers of images. */
export function requireSameQuestions(a: Answers, b: Answers): void {
  if (a.predicted.length !== b.predicted.length)
    throw new IncomparableError(
      `Both models must answer the same images; found ${a.predicted.length} and ${b.predicted.length}.`,
    );
}
