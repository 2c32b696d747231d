import type { InstrumentName } from '#src/findings/finding.ts';
import type { StudyManifest } from '#src/study/manifest.ts';
import { viewsOf } from '../../instruments/instrument.ts';
import { router } from '../../kit/url/router.svelte.ts';
import { instruments } from '../registry.ts';
import { TOURS, type TourStep } from './tours.ts';

/** A tour that is under way: its stops are the views that the study has. */
function createTour() {
  let steps = $state.raw<readonly (TourStep & { path: string })[]>([]);
  let at = $state(0);
  const go = (next: number): void => {
    at = next;
    router.go(steps[at]!.path);
  };
  return {
    get step() {
      return steps[at];
    },
    get place() {
      return { number: at + 1, of: steps.length };
    },
    start(instrument: InstrumentName, manifest: StudyManifest): void {
      const known = instruments.find(({ id }) => id === instrument);
      if (!known) return;
      const views = new Set(viewsOf(known, manifest).map(({ id }) => id));
      steps = TOURS[instrument]
        .filter(({ view }) => views.has(view))
        .map((step) => ({ ...step, path: `${instrument}/${step.view}` }));
      if (steps.length > 0) go(0);
    },
    next: () => go(Math.min(at + 1, steps.length - 1)),
    back: () => go(Math.max(at - 1, 0)),
    end: () => {
      steps = [];
      at = 0;
    },
  };
}

export const tour = createTour();
