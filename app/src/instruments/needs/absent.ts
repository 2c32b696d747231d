import type { Instrument } from '../registry.ts';

export const representationsInstrument: Instrument = {
  id: 'representations',
  title: 'Representations',
  has: () => false,
  needs: {
    short: 'Needs images',
    missing: 'Its figures are printed by the command and kept in the study; this version draws no view of them.',
    question: 'Which images are alike to the network, layer by layer, wherever the content stands in the frame?',
    inputs: ['A model that runs (ONNX), or feature maps saved as arrays.', 'A folder of images.'],
    command: 'semblance representations MODEL --images FOLDER',
  },
  views: [],
};
