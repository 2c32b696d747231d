import type { Instrument } from '../instrument.ts';
import { QUESTIONS } from '../questions.ts';

export const trainingInstrument: Instrument = {
  id: 'training',
  title: 'Training',
  has: (manifest) => manifest.instruments.training !== undefined,
  needs: {
    short: 'Needs checkpoints',
    question: QUESTIONS.training,
    inputs: [
      'A folder with one checkpoint for each epoch.',
      'Predictions on the test set, for the curves of mistakes (optional).',
      'Features of the training images, for typicality (optional).',
    ],
    command: 'semblance training RUN',
  },
  frame: () => import('./TrainingFrame.svelte'),
  views: [
    { id: 'findings', title: 'Findings', key: 'g', load: () => import('../findings/FindingsView.svelte') },
    { id: 'curves', title: 'Curves', key: 't', load: () => import('./curves/CurvesView.svelte') },
    { id: 'time', title: 'Over time', key: 'e', load: () => import('./time/TimeView.svelte') },
  ],
};
