import type { Component } from 'svelte';
import type { StudyManifest } from '#src/study/manifest.ts';
import type { OpenStudy } from '../data/open-study.ts';
import { classesInstrument } from './classes/instrument.ts';
import { conceptsInstrument } from './concepts/instrument.ts';
import { representationsInstrument } from './representations/instrument.ts';
import { trainingInstrument } from './training/instrument.ts';

/** One page of an instrument. */
export interface View {
  /** Last part of the address: "map" in `#/classes/map`. */
  id: string;
  title: string;
  /** The letter that opens it after `g`. */
  key: string;
  /** Left out, a study that has the instrument has the view. */
  has?: (manifest: StudyManifest) => boolean;
  load: () => Promise<{ default: Component }>;
}

/** What an instrument asks for when a study does not have it. */
export interface Needs {
  /** In the navigation: "Needs images". */
  short: string;
  /** The question it answers, and what it would show. */
  question: string;
  /** Inputs it takes, and the command that adds it to a study. */
  inputs: readonly string[];
  /** The command that makes it; undefined where this version has none. */
  command?: string;
}

/** A way of looking at networks. A study holds some of them; all are in the navigation. */
export interface Instrument {
  id: string;
  title: string;
  has: (manifest: StudyManifest) => boolean;
  needs: Needs;
  views: readonly View[];
  /** Wraps the views of the instrument and loads what they share. */
  frame?: () => Promise<{ default: Component<{ study: OpenStudy; view: View }> }>;
}

/** In the order of the navigation. A new instrument is added here and nowhere else in the shell. */
export const instruments: readonly Instrument[] = [
  classesInstrument,
  trainingInstrument,
  representationsInstrument,
  conceptsInstrument,
];

/** The views of an instrument that a study has something for. */
export function viewsOf({ views }: Instrument, manifest: StudyManifest): View[] {
  return views.filter(({ has }) => has?.(manifest) ?? true);
}

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
