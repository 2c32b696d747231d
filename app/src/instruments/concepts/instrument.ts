import type { Instrument, View } from '../instrument.ts';
import { QUESTIONS } from '../questions.ts';

/** Two models are compared; an atlas is of more. */
const isPair: View['has'] = (manifest) => manifest.instruments.concepts !== undefined;

export const conceptsInstrument: Instrument = {
  id: 'concepts',
  title: 'Concepts',
  has: ({ instruments }) => instruments.concepts !== undefined || instruments.atlas !== undefined,
  needs: {
    short: 'Needs two models or more, and images',
    question: QUESTIONS.concepts,
    inputs: ['Two or more models that run (ONNX), or their activations.', 'A folder of images.'],
    command: 'semblance concepts MODEL_A MODEL_B --images FOLDER',
  },
  frame: () => import('./ConceptsFrame.svelte'),
  views: [
    { id: 'findings', title: 'Findings', key: 'd', load: () => import('../findings/FindingsView.svelte') },
    {
      id: 'atlas',
      title: 'Atlas',
      key: '3',
      has: ({ instruments }) => instruments.atlas !== undefined,
      load: () => import('./atlas/AtlasView.svelte'),
    },
    { id: 'overview', title: 'Overview', key: 'b', has: isPair, load: () => import('./overview/OverviewView.svelte') },
    {
      id: 'concept',
      title: 'Concept pages',
      key: 'k',
      has: isPair,
      load: () => import('./concept/ConceptView.svelte'),
    },
    { id: 'list', title: 'All concepts', key: 'n', has: isPair, load: () => import('./list/ListView.svelte') },
    {
      id: 'blind',
      title: 'Blind test',
      key: '4',
      has: isPair,
      load: () => import('./blind/BlindView.svelte'),
    },
    {
      id: 'replacement',
      title: 'Replacement',
      key: 'x',
      has: isPair,
      load: () => import('./replacement/ReplacementView.svelte'),
    },
    {
      id: 'layers',
      title: 'Layer map',
      key: 'y',
      has: (manifest) => (manifest.instruments.concepts?.layerMap ?? null) !== null,
      load: () => import('./layers/LayersView.svelte'),
    },
    {
      id: 'classes',
      title: 'Classes and models',
      key: 'w',
      has: isPair,
      load: () => import('./classes/ClassesView.svelte'),
    },
    {
      id: 'sweeps',
      title: 'Sweeps',
      key: 'z',
      has: (manifest) => (manifest.instruments.concepts?.sweeps ?? null) !== null,
      load: () => import('./sweeps/SweepsView.svelte'),
    },
  ],
};
