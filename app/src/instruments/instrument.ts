import type { Component } from 'svelte';
import type { StudyManifest } from '#src/study/manifest.ts';
import type { OpenStudy } from '../kit/data/open-study.ts';

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

/** The views of an instrument that a study has something for. */
export function viewsOf({ views }: Instrument, manifest: StudyManifest): View[] {
  return views.filter(({ has }) => has?.(manifest) ?? true);
}
