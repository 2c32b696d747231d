import type { TrainingCurves } from '../curves.ts';

export type EarlyWarningKind =
  | 'alignment-at-chance'
  | 'alignment-below-reference'
  | 'accuracy-below-others'
  | 'random-mistakes'
  | 'senseless-mistakes'
  | 'unused-classes'
  | 'crowded-weights'
  | 'widening-gap';

/** A sign, while training still runs, that it may not come to much. */
export interface EarlyWarning {
  kind: EarlyWarningKind;
  /** The epoch that shows it. */
  epoch: number;
  /** One sentence with the figures. */
  message: string;
}

/** Limits of the rules; docs/training.md tells where the defaults come from. */
export interface WarningLimits {
  /** Which alignment; its curve and those of its chance level are looked at. */
  alignment: string;
  /** Warn when the alignment above chance is below this share of another run's at the same epoch. */
  shareOfReference: number;
  /** Warn when accuracy is below this share of the best other run's at the same epoch. */
  shareOfAccuracy: number;
  /** Deviations above chance below which a value counts as chance. */
  chanceZ: number;
  /** Where a curve has no chance level: an errors-only IDM this close to 0.5 means mistakes at random. */
  randomMargin: number;
  /** Warn when errors-only WIDM covers less than this share of the way from its chance level to 1. */
  senseShare: number;
  /** Warn when fewer classes than this share are predicted at all, in each of the last three epochs. */
  usedShare: number;
  /** Warn when Max WSI has ever been above this. */
  crowdedWsi: number;
  /** Epochs after which runs are judged by what takes time to come: sense, classes in use. */
  settledEpochs: number;
  /** Number of last epochs over which the train/test gap is watched, and by how much it must have grown. */
  gapEpochs: number;
  gapGrowth: number;
}

/** What a rule looks at: a run at its last epoch, with others to compare it with. */
export interface WarningContext {
  run: TrainingCurves;
  others: readonly TrainingCurves[];
  epoch: number;
  limits: WarningLimits;
}

export type WarningRule = (context: WarningContext) => EarlyWarning | undefined;

/** The value of a curve at an epoch; undefined where it has none. */
export function valueAtEpoch({ epochs, values }: TrainingCurves, curve: string, epoch: number): number | undefined {
  return values[curve]?.[epochs.indexOf(epoch)] ?? undefined;
}

/** A value with how far it lies above its chance level at that epoch; undefined where either is unknown. */
export function aboveChance(run: TrainingCurves, curve: string, epoch: number) {
  const value = valueAtEpoch(run, curve, epoch);
  const chance = valueAtEpoch(run, `${curve}.chance`, epoch);
  if (value === undefined || chance === undefined) return undefined;
  return { value, chance, excess: value - chance, z: valueAtEpoch(run, `${curve}.z`, epoch) };
}

export function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export const percent = (share: number): string => `${show(100 * share)} %`;
