import { median } from '../../../statistics/quantile.ts';
import { aboveChance, percent, show, valueAtEpoch, type WarningRule } from './warning-rule.ts';

/** The alignment is no further above its chance level than shuffled classes would be. */
export const alignmentAtChance: WarningRule = ({ run, epoch, limits }) => {
  const { alignment, chanceZ } = limits;
  const found = aboveChance(run, alignment, epoch);
  if (!found || found.z === undefined || found.z >= chanceZ || epoch < 3) return undefined;
  return {
    kind: 'alignment-at-chance',
    epoch,
    message: `${alignment} is ${show(found.value)} at epoch ${epoch}, ${show(found.z)} deviations from its chance level of ${show(found.chance)}: the network has not begun to follow meaning.`,
  };
};

/** Mistakes are no nearer to the truth, by the network's own similarities, than the same predictions permuted. */
export const randomMistakes: WarningRule = ({ run, epoch, limits }) => {
  const curve = 'idm.network.errorsOnly';
  const value = valueAtEpoch(run, curve, epoch);
  if (value === undefined) return undefined;
  const level = aboveChance(run, curve, epoch);
  const isRandom =
    level?.z === undefined ? value <= 0.5 + limits.randomMargin : level.z < limits.chanceZ || level.excess <= 0;
  if (!isRandom) return undefined;
  const chance = level
    ? `permuted predictions give ${show(level.chance)}`
    : 'random ones give about 0.5 where predictions spread evenly';
  return {
    kind: 'random-mistakes',
    epoch,
    message: `Errors-only NIDM is ${show(value)} at epoch ${epoch}: the mistakes hardly follow the network's own similarities (${chance}).`,
  };
};

/** Mistakes cover little of the way from random ones to none by meaning, though the first epochs are over. */
export const senselessMistakes: WarningRule = ({ run, epoch, limits }) => {
  const level = aboveChance(run, 'idm.semantic.errorsOnly', epoch);
  if (!level || epoch < limits.settledEpochs) return undefined;
  const share = level.excess / (1 - level.chance);
  if (share >= limits.senseShare) return undefined;
  return {
    kind: 'senseless-mistakes',
    epoch,
    message: `Errors-only WIDM is ${show(level.value)} at epoch ${epoch}, where permuted predictions give ${show(level.chance)}: ${percent(share)} of the way to 1; runs that learn have covered ${percent(limits.senseShare)} by then.`,
  };
};

/** Classes that are never predicted, for three epochs running. */
export const unusedClasses: WarningRule = ({ run, epoch, limits }) => {
  const curve = run.values.predictedClasses?.slice(-3) ?? [];
  if (curve.length < 3 || epoch < limits.settledEpochs) return undefined;
  const most = Math.max(...curve.map((share) => share ?? 1));
  if (most >= limits.usedShare) return undefined;
  return {
    kind: 'unused-classes',
    epoch,
    message: `At most ${percent(most)} of the classes were predicted at all in the last three epochs to ${epoch}; runs that learn use at least ${percent(limits.usedShare)} by then.`,
  };
};

/** Templates of neighbouring classes that have come close together early, as with a learning rate far too high. */
export const crowdedWeights: WarningRule = ({ run, limits }) => {
  const curve = run.values['wsi.max'] ?? [];
  let at = -1;
  curve.forEach((value, i) => {
    if (value !== null && value > limits.crowdedWsi && (at < 0 || value > curve[at]!)) at = i;
  });
  if (at < 0) return undefined;
  return {
    kind: 'crowded-weights',
    epoch: run.epochs[at]!,
    message: `Max WSI reached ${show(curve[at]!)} at epoch ${run.epochs[at]}, above ${show(limits.crowdedWsi)}: the templates of neighbouring classes have come close together, as when the learning rate is too high.`,
  };
};

/** SAI(NCSM, TNCSM) on train and on test drift apart. */
export const wideningGap: WarningRule = ({ run, epoch, limits }) => {
  const { gapEpochs, gapGrowth } = limits;
  const curve = run.values['gap.ncsm_tncsm'];
  if (!curve) return undefined;
  const recent = run.epochs
    .map((at, i) => ({ at, gap: curve[i] }))
    .filter(
      (point): point is { at: number; gap: number } => typeof point.gap === 'number' && point.at > epoch - gapEpochs,
    );
  if (recent.length < 6) return undefined;
  const slope = theilSen(recent);
  const growth = slope * (recent.at(-1)!.at - recent[0]!.at);
  if (growth < gapGrowth) return undefined;
  return {
    kind: 'widening-gap',
    epoch,
    message: `The gap between SAI(NCSM, TNCSM) on train and on test grew by ${show(growth)} from epoch ${recent[0]!.at} to ${epoch}, to ${show(recent.at(-1)!.gap)}: a sign of over-fitting.`,
  };
};

/** Median of the slopes of all pairs of points (Theil 1950, Sen 1968). */
function theilSen(points: readonly { at: number; gap: number }[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i++)
    for (let j = i + 1; j < points.length; j++)
      slopes.push((points[j]!.gap - points[i]!.gap) / (points[j]!.at - points[i]!.at));
  return median(slopes);
}
