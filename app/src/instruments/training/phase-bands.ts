import type { PhasesEntry } from '#src/study/training-section.ts';
import type { ChartBand } from '../../charts/line-chart.ts';
import { pairTitle } from './curves/curve-panels.ts';
import type { TrainingRun } from './training-data.ts';

/** Curves that phases are read from where nobody chose one, the first that a run has first. */
export const MAIN_CURVES: readonly string[] = ['sai.ncsm_scsm', 'wsi.max', 'sai.tncsm_test_scsm'];

const TITLES: Readonly<Record<string, string>> = {
  'wsi.max': 'Max WSI',
  'wsi.mean': 'Mean WSI',
  'wsi.min': 'Min WSI',
  'gap.ncsm_tncsm': 'Train/test gap',
  accuracy: 'Accuracy',
  trainAccuracy: 'Accuracy, train',
  valLoss: 'Loss',
  loss: 'Loss, train',
};

export function phaseCurveTitle(name: string): string {
  if (name.startsWith('sai.')) return pairTitle(name.slice(4));
  if (!name.startsWith('idm.')) return TITLES[name] ?? name;
  const title = name.startsWith('idm.network') ? 'Network IDM' : 'WordNet IDM';
  return `${title}${name.includes('.train') ? ', train' : ''}${name.endsWith('errorsOnly') ? ', errors only' : ''}`;
}

export function phaseCurveOf(run: TrainingRun, wanted?: string): string | undefined {
  const { phases } = run.entry;
  if (wanted && phases[wanted]) return wanted;
  return [...MAIN_CURVES, ...Object.keys(phases)].find((name) => phases[name]);
}

/** The phases of a run that were found, as stretches of epochs. What was not found is not drawn. */
export function phaseBands(run: TrainingRun, curve?: string): ChartBand[] {
  const name = phaseCurveOf(run, curve);
  const first = run.curves.epochs[0];
  const last = run.curves.epochs.at(-1);
  if (name === undefined || first === undefined || last === undefined) return [];
  const { endOfSurge, startOfStabilisation, endOfGain, endOfDrop }: PhasesEntry = run.entry.phases[name]!;
  if (endOfDrop.status === 'found' && endOfGain?.status === 'found')
    return withLength([
      { from: first, to: endOfGain.epoch, name: 'initial gain', depth: 1 },
      { from: endOfGain.epoch, to: endOfDrop.epoch, name: 'discarded', depth: 0.7 },
      { from: endOfDrop.epoch, to: last, name: 'slow growth', depth: 0.4 },
    ]);
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
