import type { Instrument } from '../instrument.ts';
import { QUESTIONS } from '../questions.ts';

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
    { id: 'map', title: 'Map', key: 'm', load: () => import('./map/MapView.svelte') },
    { id: 'landscape', title: 'Landscape', key: 'q', load: () => import('./landscape/LandscapeView.svelte') },
    { id: 'pairs', title: 'Pairs', key: 'p', load: () => import('./pairs/PairsView.svelte') },
    { id: 'class', title: 'Class pages', key: 'c', load: () => import('./class/ClassView.svelte') },
    { id: 'models', title: 'Models', key: 'o', load: () => import('./models/ModelsView.svelte') },
    {
      id: 'population',
      title: 'Population',
      key: 'u',
      has: (manifest) => manifest.instruments.classes?.population !== undefined,
      load: () => import('./population/PopulationView.svelte'),
    },
  ],
};
