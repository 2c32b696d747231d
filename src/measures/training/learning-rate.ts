/** An epoch whose learning rate differs clearly from the one before; such changes show as bumps in the curves. */
export interface LearningRateChange {
  epoch: number;
  from: number;
  to: number;
}

/**
 * Epochs whose learning rate differs by more than a factor from that of the last epoch with a known rate.
 * @param rates one for each epoch; null where it is not known
 * @param factor 2 unless given
 */
export function learningRateChanges(
  epochs: ArrayLike<number>,
  rates: ArrayLike<number | null>,
  factor = 2,
): LearningRateChange[] {
  const changes: LearningRateChange[] = [];
  let before: number | undefined;
  for (let i = 0; i < epochs.length; i++) {
    const rate = rates[i];
    if (rate === null || rate === undefined || !Number.isFinite(rate)) continue;
    if (before !== undefined && (rate > factor * before || before > factor * rate))
      changes.push({ epoch: epochs[i]!, from: before, to: rate });
    before = rate;
  }
  return changes;
}
