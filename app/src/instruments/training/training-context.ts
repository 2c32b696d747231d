import { getContext, setContext } from 'svelte';
import type { EpochPlayer } from './epoch-player.svelte.ts';
import type { TrainingData } from './training-data.ts';
import type { TrainingSelection } from './training-selection.svelte.ts';

export interface TrainingContext {
  /** Changes as the study grows. */
  readonly data: TrainingData;
  selection: TrainingSelection;
  player: EpochPlayer;
}

const KEY = Symbol('training');

export function provideTraining(context: TrainingContext): void {
  setContext(KEY, context);
}

/** The runs of the open study and what is selected; inside `TrainingFrame` only. */
export function useTraining(): TrainingContext {
  return getContext<TrainingContext>(KEY);
}
