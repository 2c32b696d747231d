import { type PhaseBand, phaseBands } from '#src/figures/training/phase-bands.ts';
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

/** The phases of a run, read from a curve or the first that a run has. */
export function bandsOfRun(run: TrainingRun, curve?: string): PhaseBand[] {
  const name = phaseCurveOf(run, curve);
  const first = run.curves.epochs[0];
  const last = run.curves.epochs.at(-1);
  if (name === undefined || first === undefined || last === undefined) return [];
  return phaseBands(run.entry.phases[name], first, last);
}
