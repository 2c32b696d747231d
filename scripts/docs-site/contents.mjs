/** The pages of the documentation in the order of its navigation: where each is written, and where it is put. */
export const CONTENTS = [
  {
    title: 'Begin',
    pages: [
      { source: 'docs/in-the-browser.md', target: 'in-the-browser.html' },
      { source: 'docs/sources.md', target: 'sources.html' },
      { source: 'docs/findings.md', target: 'findings.html' },
      { source: 'docs/figures.md', target: 'figures.html' },
    ],
  },
  {
    title: 'Classes',
    pages: [
      { source: 'docs/class-similarity.md', target: 'class-similarity.html' },
      { source: 'docs/population.md', target: 'population.html' },
      { source: 'docs/semantics.md', target: 'semantics.html' },
    ],
  },
  {
    title: 'Training',
    pages: [
      { source: 'docs/training.md', target: 'training.html' },
      { source: 'docs/training-runs.md', target: 'training-runs.html' },
      { source: 'docs/logging.md', target: 'logging.html' },
    ],
  },
  {
    title: 'Representations',
    pages: [
      { source: 'docs/representations.md', target: 'representations.html' },
      { source: 'docs/scale.md', target: 'scale.html' },
    ],
  },
  {
    title: 'Concepts',
    pages: [
      { source: 'docs/concepts.md', target: 'concepts.html' },
      { source: 'docs/concepts-in-the-app.md', target: 'concepts-in-the-app.html' },
    ],
  },
  {
    title: 'Files',
    pages: [
      { source: 'docs/study-format.md', target: 'study-format.html' },
      { source: 'docs/formats/corpus.md', target: 'formats/corpus.html' },
      { source: 'docs/formats/safetensors.md', target: 'formats/safetensors.html' },
      { source: 'docs/formats/pytorch.md', target: 'formats/pytorch.html' },
      { source: 'docs/formats/onnx.md', target: 'formats/onnx.html' },
      { source: 'docs/formats/tflite.md', target: 'formats/tflite.html' },
      { source: 'docs/formats/keras.md', target: 'formats/keras.html' },
      { source: 'docs/formats/tfjs.md', target: 'formats/tfjs.html' },
      { source: 'docs/formats/npy-npz.md', target: 'formats/npy-npz.html' },
    ],
  },
  {
    title: 'Around it',
    pages: [
      { source: 'integrations/python/README.md', target: 'python.html', name: 'Python' },
      { source: 'SECURITY.md', target: 'security.html' },
      { source: 'THIRD_PARTY.md', target: 'third-party.html', name: 'Third-party material' },
    ],
  },
];

/** The glossary has no source of its own: it is what the app explains. */
export const GLOSSARY = { target: 'glossary.html', title: 'Glossary' };
