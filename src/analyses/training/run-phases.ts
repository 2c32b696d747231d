import type { TrainingCurves } from '../../measures/training/curves.ts';
import { phaseSeries, phasesWithIntervals } from '../../measures/training/phases/phase-series.ts';
import type { PhasesEntry } from '../../study/training-section.ts';
import type { MeasuredRun } from './measure-run.ts';

/** Curves that stand first among those with phases; the one of the features for a network without a head. */
const FIRST = ['sai.ncsm_scsm', 'wsi.max', 'sai.tncsm_test_scsm'];
/** The other curves that have phases, besides every alignment and IDM. */
const OTHERS = ['wsi.mean', 'wsi.min', 'gap.ncsm_tncsm', 'accuracy', 'trainAccuracy', 'valLoss', 'loss'];

/** The phases of every curve that reports show, each boundary with its interval over classes where it is available. */
export function runPhases(curves: TrainingCurves, { epochs }: MeasuredRun): Record<string, PhasesEntry> {
  const drawsOf = new Map(epochs.map(({ record }) => [record.epoch, record.draws]));
  const phases: Record<string, PhasesEntry> = {};
  for (const name of phaseCurves(curves)) {
    const series = phaseSeries(curves, name);
    if (!series) continue;
    const draws = curves.epochs.map((epoch) => drawsOf.get(epoch)?.[name]);
    const { segments: _, ...found } = phasesWithIntervals(curves.epochs, series, draws);
    phases[name] = { ...found, units: series.units, smoothed: [...found.smoothed] };
  }
  return phases;
}

function phaseCurves({ values }: TrainingCurves): string[] {
  const measured = Object.keys(values).filter(
    (name) => /^sai\.[^.]+$/.test(name) || /^idm\..*(all|errorsOnly)$/.test(name),
  );
  return [...new Set([...FIRST, ...measured, ...OTHERS])];
}
