import type { TrainingSelection } from './training-selection.svelte.ts';

/** Steps through the epochs by itself, on request only. */
export interface EpochPlayer {
  readonly playing: boolean;
  toggle(): void;
  stop(): void;
}

/** Milliseconds an epoch stays, and for readers who asked for less motion. */
const PACE = 260;
const CALM_PACE = 1500;
/** A long run is played in at most so many steps. */
const MOST_STEPS = 120;

export function createEpochPlayer(selection: TrainingSelection): EpochPlayer {
  let playing = $state(false);
  let timer = 0;
  const stop = (): void => {
    playing = false;
    clearTimeout(timer);
  };
  const pace = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? CALM_PACE : PACE);
  const next = (): void => {
    if (selection.epoch === selection.axis.at(-1)) {
      stop();
      return;
    }
    const stride = Math.max(1, Math.round(selection.axis.length / MOST_STEPS));
    const at = selection.axis.indexOf(selection.epoch);
    selection.step(Math.min(stride, selection.axis.length - 1 - at));
    timer = window.setTimeout(next, pace());
  };
  return {
    get playing() {
      return playing;
    },
    toggle() {
      if (playing) {
        stop();
        return;
      }
      playing = true;
      // At the end it begins again.
      if (selection.epoch === selection.axis.at(-1)) selection.chooseEpoch(selection.axis[0]!);
      timer = window.setTimeout(next, pace());
    },
    stop,
  };
}
