import type { Instrument } from '../registry.ts';

export const conceptsInstrument: Instrument = {
  id: 'concepts',
  title: 'Concepts',
  has: () => false,
  needs: {
    short: 'Needs two models and images',
    missing: 'This version does not compute it.',
    question: 'Which visual concepts does one network have that the other lacks, and do they matter?',
    inputs: ['Two models that run (ONNX), or their activations.', 'A folder of images.'],
  },
  views: [],
};
