import type { Instrument } from '../registry.ts';

export const trainingInstrument: Instrument = {
  id: 'training',
  title: 'Training',
  has: () => false,
  needs: {
    short: 'Needs checkpoints',
    question: 'How does the perception of similarity grow over the epochs, and do the mistakes follow it?',
    inputs: [
      'A folder with one checkpoint for each epoch.',
      'Predictions on the test set, for the curves of mistakes (optional).',
      'Features of the training images, for typicality (optional).',
    ],
    command: 'semblance training RUN',
  },
  views: [],
};

export const representationsInstrument: Instrument = {
  id: 'representations',
  title: 'Representations',
  has: () => false,
  needs: {
    short: 'Needs images',
    question: 'Which images are alike to the network, layer by layer, wherever the content stands in the frame?',
    inputs: ['A model that runs (ONNX), or feature maps saved as arrays.', 'A folder of images.'],
    command: 'semblance representations MODEL --images FOLDER',
  },
  views: [],
};

export const conceptsInstrument: Instrument = {
  id: 'concepts',
  title: 'Concepts',
  has: () => false,
  needs: {
    short: 'Needs two models and images',
    question: 'Which visual concepts does one network have that the other lacks, and do they matter?',
    inputs: ['Two models that run (ONNX), or their activations.', 'A folder of images.'],
    command: 'semblance concepts MODEL_A MODEL_B --images FOLDER',
  },
  views: [],
};
