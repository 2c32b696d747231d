import type { StudyManifest } from '#src/study/manifest.ts';
import { classesInstrument } from '../instruments/classes/instrument.ts';
import { conceptsInstrument } from '../instruments/concepts/instrument.ts';
import { type Instrument, type View, viewsOf } from '../instruments/instrument.ts';
import { representationsInstrument } from '../instruments/representations/instrument.ts';
import { trainingInstrument } from '../instruments/training/instrument.ts';

/** In the order of the navigation. A new instrument is added here and nowhere else in the shell. */
export const instruments: readonly Instrument[] = [
  classesInstrument,
  trainingInstrument,
  representationsInstrument,
  conceptsInstrument,
];

/** The view that an address names, or the first of the study where it names none. */
export function findView(
  path: string,
  manifest: StudyManifest,
): { instrument: Instrument; view: View | undefined } | undefined {
  const [instrumentId, viewId] = path.split('/');
  const instrument =
    path === ''
      ? instruments.find((candidate) => candidate.has(manifest))
      : instruments.find(({ id }) => id === instrumentId);
  if (!instrument) return undefined;
  if (!instrument.has(manifest)) return { instrument, view: undefined };
  const views = viewsOf(instrument, manifest);
  const view = viewId === undefined ? views[0] : views.find(({ id }) => id === viewId);
  return view ? { instrument, view } : undefined;
}
