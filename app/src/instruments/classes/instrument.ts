import type { StudyManifest } from '#src/study/manifest.ts';
import type { Instrument } from '../instrument.ts';
import { QUESTIONS } from '../questions.ts';

/** A study of published rows alone has no networks to look into. */
const hasNetworks = ({ instruments: { classes } }: StudyManifest): boolean => (classes?.models.length ?? 0) > 0;

export const classesInstrument: Instrument = {
  id: 'classes',
  title: 'Classes',
  has: (manifest) => manifest.instruments.classes !== undefined,
  needs: {
    short: 'Needs a model',
    question: QUESTIONS.classes,
    inputs: ['One or more trained classifiers; only the weights of the last layer are read.'],
    command: 'semblance classes MODEL…',
  },
  frame: () => import('./ClassesFrame.svelte'),
  views: [
    { id: 'findings', title: 'Findings', key: 'f', load: () => import('../findings/FindingsView.svelte') },
    { id: 'map', title: 'Map', key: 'm', has: hasNetworks, load: () => import('./map/MapView.svelte') },
    {
      id: 'landscape',
      title: 'Landscape',
      key: 'q',
      has: hasNetworks,
      load: () => import('./landscape/LandscapeView.svelte'),
    },
    { id: 'pairs', title: 'Pairs', key: 'p', has: hasNetworks, load: () => import('./pairs/PairsView.svelte') },
    { id: 'class', title: 'Class pages', key: 'c', has: hasNetworks, load: () => import('./class/ClassView.svelte') },
    { id: 'models', title: 'Models', key: 'o', has: hasNetworks, load: () => import('./models/ModelsView.svelte') },
    {
      id: 'population',
      title: 'Population',
      key: 'u',
      has: (manifest) => manifest.instruments.classes?.population !== undefined,
      load: () => import('./population/PopulationView.svelte'),
    },
  ],
};
