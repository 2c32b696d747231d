/**
 * p-values corrected for their number by Holm's step-down procedure (Holm 1979): the least times n, the next times n − 1 and so
 * on, none below one before it nor above 1. Those below α may be taken for findings together: the chance that any of them is
 * none stays below α, however the tests depend on one another.
 *
 * @param values In [0, 1].
 * @returns In the order given.
 */
export function holm(values: readonly number[]): number[] {
  const corrected = new Array<number>(values.length);
  let before = 0;
  const ascending = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  for (const [rank, i] of ascending.entries()) {
    before = Math.max(before, Math.min(1, values[i]! * (values.length - rank)));
    corrected[i] = before;
  }
  return corrected;
}
