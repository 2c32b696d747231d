import type { PhasesEntry } from '#src/study/training-section.ts';
import type { ChartBand } from '../../charts/line-chart.ts';
import type { TrainingRun } from './training-data.ts';

/** Curves that phases are read from, the first that a run has first. */
export const PHASE_CURVES: Readonly<Record<string, string>> = {
  'sai.ncsm_scsm': 'SAI(NCSM, SCSM)',
  'wsi.max': 'Max WSI',
  'sai.tncsm_test_scsm': 'SAI(TNCSM-test, SCSM)',
};

export function phaseCurveOf(run: TrainingRun, wanted?: string): string | undefined {
  return wanted && run.entry.phases[wanted] ? wanted : Object.keys(PHASE_CURVES).find((name) => run.entry.phases[name]);
}

/** The phases of a run that were found, as stretches of epochs. What was not found is not drawn. */
export function phaseBands(run: TrainingRun, curve?: string): ChartBand[] {
  const name = phaseCurveOf(run, curve);
  const first = run.curves.epochs[0];
  const last = run.curves.epochs.at(-1);
  if (name === undefined || first === undefined || last === undefined) return [];
  const { endOfSurge, startOfStabilisation, endOfDrop }: PhasesEntry = run.entry.phases[name]!;
  if (endOfDrop.status === 'found')
    return withLength([
      { from: first, to: endOfDrop.epoch, name: 'drop', depth: 1 },
      { from: endOfDrop.epoch, to: last, name: 'slow growth', depth: 0.4 },
    ]);
  if (endOfSurge.status !== 'found') return [];
  const surge = { from: first, to: endOfSurge.epoch, name: 'surge', depth: 1 };
  if (startOfStabilisation.status !== 'found')
    return withLength([surge, { from: endOfSurge.epoch, to: last, name: 'refinement', depth: 0.5 }]);
  return withLength([
    surge,
    { from: endOfSurge.epoch, to: startOfStabilisation.epoch, name: 'refinement', depth: 0.5 },
    { from: startOfStabilisation.epoch, to: last, name: 'stabilisation', depth: 0.2 },
  ]);
}

const withLength = (bands: ChartBand[]): ChartBand[] => bands.filter(({ from, to }) => to > from);
