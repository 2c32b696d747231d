import type { Instrument } from '../instrument.ts';
import { QUESTIONS } from '../questions.ts';

export const conceptsInstrument: Instrument = {
  id: 'concepts',
  title: 'Concepts',
  has: (manifest) => manifest.instruments.concepts !== undefined,
  needs: {
    short: 'Needs two models and images',
    question: QUESTIONS.concepts,
    inputs: ['Two models that run (ONNX), or their activations.', 'A folder of images.'],
    command: 'semblance concepts MODEL_A MODEL_B --images FOLDER',
  },
  frame: () => import('./ConceptsFrame.svelte'),
  views: [
    { id: 'findings', title: 'Findings', key: 'd', load: () => import('../findings/FindingsView.svelte') },
    { id: 'overview', title: 'Overview', key: 'b', load: () => import('./overview/OverviewView.svelte') },
    { id: 'concept', title: 'Concept pages', key: 'k', load: () => import('./concept/ConceptView.svelte') },
    { id: 'list', title: 'All concepts', key: 'n', load: () => import('./list/ListView.svelte') },
    { id: 'replacement', title: 'Replacement', key: 'x', load: () => import('./replacement/ReplacementView.svelte') },
    {
      id: 'layers',
      title: 'Layer map',
      key: 'y',
      has: (manifest) => (manifest.instruments.concepts?.layerMap ?? null) !== null,
      load: () => import('./layers/LayersView.svelte'),
    },
    { id: 'classes', title: 'Classes and models', key: 'w', load: () => import('./classes/ClassesView.svelte') },
    {
      id: 'sweeps',
      title: 'Sweeps',
      key: 'z',
      has: (manifest) => (manifest.instruments.concepts?.sweeps ?? null) !== null,
      load: () => import('./sweeps/SweepsView.svelte'),
    },
  ],
};
