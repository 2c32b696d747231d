import type { TrainingCurves } from '../curves.ts';
import {
  alignmentAtChance,
  crowdedWeights,
  randomMistakes,
  senselessMistakes,
  unusedClasses,
  wideningGap,
} from './alone.ts';
import { accuracyBelowOthers, alignmentBelowReference } from './beside-others.ts';
import type { EarlyWarning, WarningLimits, WarningRule } from './warning-rule.ts';

export type { EarlyWarning, EarlyWarningKind } from './warning-rule.ts';

export interface EarlyWarningOptions extends Partial<WarningLimits> {
  /** A run that went well, to compare with at the same epochs. */
  reference?: TrainingCurves;
  /** Further runs to compare with. */
  others?: readonly TrainingCurves[];
}

/** All rules, in the order of reports. */
const RULES: readonly WarningRule[] = [
  alignmentAtChance,
  alignmentBelowReference,
  accuracyBelowOthers,
  randomMistakes,
  senselessMistakes,
  unusedClasses,
  crowdedWeights,
  wideningGap,
];

const DEFAULT_LIMITS: WarningLimits = {
  alignment: 'sai.ncsm_scsm',
  shareOfReference: 0.5,
  shareOfAccuracy: 0.6,
  chanceZ: 3,
  randomMargin: 0.05,
  senseShare: 0.18,
  usedShare: 0.95,
  crowdedWsi: 0.5,
  settledEpochs: 6,
  gapEpochs: 10,
  gapGrowth: 0.005,
};

/**
 * Early signs that a run may not come to much, judged at its last epoch: on excess over chance (alignment, mistakes by
 * the network's own similarities and by meaning), on the classes in use, on the weights (Max WSI), on the gap between
 * train and test, and against other runs at the same epoch. An untrained network (epoch 0) is at chance by nature and is
 * not warned about.
 */
export function earlyWarnings(run: TrainingCurves, options: EarlyWarningOptions = {}): EarlyWarning[] {
  const { reference, others = [], ...limits } = options;
  const epoch = run.epochs.at(-1);
  if (epoch === undefined || epoch === 0) return [];
  const context = {
    run,
    others: [...(reference ? [reference] : []), ...others].filter((other) => other !== run),
    epoch,
    limits: { ...DEFAULT_LIMITS, ...limits },
  };
  return RULES.map((rule) => rule(context)).filter((warning) => warning !== undefined);
}
