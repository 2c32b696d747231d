import { aboveChance, percent, show, valueAtEpoch, type WarningRule } from './warning-rule.ts';

/** Alignment above chance far below the best of other runs at the same epoch. */
export const alignmentBelowReference: WarningRule = ({ run, others, epoch, limits }) => {
  const { alignment, shareOfReference } = limits;
  const here = aboveChance(run, alignment, epoch);
  const there = best(
    others.flatMap((other) => aboveChance(other, alignment, epoch) ?? []),
    ({ excess }) => excess,
  );
  if (!here || !there || there.excess <= 0 || here.excess >= shareOfReference * there.excess) return undefined;
  return {
    kind: 'alignment-below-reference',
    epoch,
    message: `${alignment} is ${show(here.value)} at epoch ${epoch}, ${show(here.excess)} above chance; another run had ${show(there.value)} there, ${show(there.excess)} above chance.`,
  };
};

/** Accuracy far below the best of other runs at the same epoch. */
export const accuracyBelowOthers: WarningRule = ({ run, others, epoch, limits }) => {
  const here = valueAtEpoch(run, 'accuracy', epoch);
  const there = best(
    others.flatMap((other) => valueAtEpoch(other, 'accuracy', epoch) ?? []),
    (value) => value,
  );
  if (here === undefined || there === undefined || epoch < 3 || here >= limits.shareOfAccuracy * there)
    return undefined;
  return {
    kind: 'accuracy-below-others',
    epoch,
    message: `Accuracy is ${show(here)} at epoch ${epoch}, ${percent(here / there)} of the ${show(there)} that another run had there.`,
  };
};

function best<T>(list: readonly T[], value: (item: T) => number): T | undefined {
  return list.reduce<T | undefined>(
    (top, item) => (top === undefined || value(item) > value(top) ? item : top),
    undefined,
  );
}
