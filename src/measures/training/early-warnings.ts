import { median } from '../../statistics/quantile.ts';
import type { TrainingCurves } from './curves.ts';

export type EarlyWarningKind = 'alignment-below-reference' | 'random-mistakes' | 'widening-gap';

/** A sign, while training still runs, that it may not come to much. */
export interface EarlyWarning {
  kind: EarlyWarningKind;
  /** The epoch that shows it. */
  epoch: number;
  /** One sentence with the figures. */
  message: string;
}

export interface EarlyWarningOptions {
  /** A run that went well, to compare with at the same epochs. */
  reference?: TrainingCurves;
  /** Which alignment; its curve and that of its chance level are compared. */
  alignment?: string;
  /** Warn when the alignment above chance is below this share of the reference's. */
  shareOfReference?: number;
  /** Errors-only IDM this close to 0.5 means mistakes at random. */
  randomMargin?: number;
  /** Number of last epochs over which the train/test gap is watched, and by how much it must have grown. */
  gapEpochs?: number;
  gapGrowth?: number;
}

/**
 * The early signals of the method, judged at the last epoch of a run: alignment far below that of a reference run at
 * the same epoch, errors-only IDM near 0.5 (mistakes are random), a widening gap between train and test. An untrained
 * network (epoch 0) is at chance by nature and is not warned about.
 *
 * The alignment is compared above its chance level, since most of a cosine of scaled similarities is chance.
 */
export function earlyWarnings(run: TrainingCurves, options: EarlyWarningOptions = {}): EarlyWarning[] {
  const last = run.epochs.at(-1);
  if (last === undefined || last === 0) return [];
  return [
    belowReference(run, last, options),
    randomMistakes(run, last, options),
    wideningGap(run, last, options),
  ].filter((warning) => warning !== undefined);
}

function belowReference(run: TrainingCurves, epoch: number, options: EarlyWarningOptions): EarlyWarning | undefined {
  const { reference, alignment = 'sai.ncsm_scsm', shareOfReference = 0.5 } = options;
  if (!reference) return undefined;
  const here = aboveChance(run, alignment, epoch);
  const there = aboveChance(reference, alignment, epoch);
  if (!here || !there || there.excess <= 0 || here.excess >= shareOfReference * there.excess) return undefined;
  return {
    kind: 'alignment-below-reference',
    epoch,
    message: `${alignment} is ${show(here.value)} at epoch ${epoch}, ${show(here.excess)} above chance; the reference run had ${show(there.value)} there, ${show(there.excess)} above chance.`,
  };
}

function aboveChance(run: TrainingCurves, alignment: string, epoch: number) {
  const at = run.epochs.indexOf(epoch);
  const value = run.values[alignment]?.[at];
  const chance = run.values[`${alignment}.chance`]?.[at];
  if (value === null || value === undefined || chance === null || chance === undefined) return undefined;
  return { value, excess: value - chance };
}

function randomMistakes(run: TrainingCurves, epoch: number, options: EarlyWarningOptions): EarlyWarning | undefined {
  const { randomMargin = 0.05 } = options;
  const value = run.values['idm.network.errorsOnly']?.at(-1);
  if (value === null || value === undefined || value > 0.5 + randomMargin) return undefined;
  return {
    kind: 'random-mistakes',
    epoch,
    message: `Errors-only IDM is ${show(value)} at epoch ${epoch}: the mistakes hardly follow the network's own similarities (random ones give about 0.5).`,
  };
}

function wideningGap(run: TrainingCurves, epoch: number, options: EarlyWarningOptions): EarlyWarning | undefined {
  const { gapEpochs = 10, gapGrowth = 0.005 } = options;
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
}

/** Median of the slopes of all pairs of points (Theil 1950, Sen 1968). */
function theilSen(points: readonly { at: number; gap: number }[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i++)
    for (let j = i + 1; j < points.length; j++)
      slopes.push((points[j]!.gap - points[i]!.gap) / (points[j]!.at - points[i]!.at));
  return median(slopes);
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}
