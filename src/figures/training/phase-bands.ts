import type { PhasesEntry } from '../../study/training-section.ts';

/** A stretch of epochs with the name of its phase. */
export interface PhaseBand {
  from: number;
  to: number;
  name: string;
  /** How deep its shade is, 0 … 1: the earlier the deeper. */
  depth: number;
}

/**
 * The phases that were found in a curve, as stretches between its first and last epoch. What was not found is not drawn,
 * nor what has no length.
 */
export function phaseBands(found: PhasesEntry | undefined, first: number, last: number): PhaseBand[] {
  if (!found) return [];
  const { endOfSurge, startOfStabilisation, endOfGain, endOfDrop } = found;
  const bands: PhaseBand[] = [];
  const add = (from: number, to: number, name: string, depth: number): void => {
    if (to > from) bands.push({ from, to, name, depth });
  };
  if (endOfDrop.status === 'found') {
    if (endOfGain?.status === 'found') {
      add(first, endOfGain.epoch, 'initial gain', 1);
      add(endOfGain.epoch, endOfDrop.epoch, 'discarded', 0.7);
    } else add(first, endOfDrop.epoch, 'drop', 1);
    add(endOfDrop.epoch, last, 'slow growth', 0.4);
    return bands;
  }
  if (endOfSurge.status !== 'found') return bands;
  add(first, endOfSurge.epoch, 'surge', 1);
  const stable = startOfStabilisation.status === 'found' ? startOfStabilisation.epoch : last;
  add(endOfSurge.epoch, stable, 'refinement', 0.5);
  add(stable, last, 'stabilisation', 0.2);
  return bands;
}
