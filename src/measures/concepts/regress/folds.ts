import { UsageError } from '../../../base/errors.ts';

/** Items `from` … `to` − 1. */
export interface Range {
  from: number;
  to: number;
}

/**
 * The held-out blocks of k-fold cross-validation, contiguous and not shuffled, as scikit-learn's `KFold` has them: the first
 * `count` mod `folds` blocks hold one more.
 *
 * @param count How many images there are; fold over images, so that all patches of one stay together.
 * @throws UsageError for fewer than two folds or fewer items than folds.
 */
export function foldRanges(count: number, folds: number): Range[] {
  if (!(Number.isInteger(folds) && folds >= 2))
    throw new UsageError(`Cross-validation needs at least 2 folds; found ${folds}.`);
  if (!(Number.isInteger(count) && count >= folds))
    throw new UsageError(`${folds} folds need at least ${folds} images; found ${count}.`, {
      hint: 'Give more images of this class, or ask for fewer folds.',
    });
  const size = Math.floor(count / folds);
  const larger = count % folds;
  return Array.from({ length: folds }, (_, f) => {
    const from = f * size + Math.min(f, larger);
    return { from, to: from + size + (f < larger ? 1 : 0) };
  });
}
