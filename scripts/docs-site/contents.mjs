/** A page of docs/ keeps its place below it. */
const docs = (...names) => names.map((name) => ({ source: `docs/${name}.md`, target: `${name}.html` }));

/** The pages of the documentation in the order of its navigation: where each is written, and where it is put. */
export const CONTENTS = [
  { title: 'Begin', pages: docs('in-the-browser', 'sources', 'findings', 'figures') },
  { title: 'Classes', pages: docs('class-similarity', 'population', 'semantics') },
  { title: 'Training', pages: docs('training', 'training-runs', 'logging') },
  { title: 'Representations', pages: docs('representations', 'scale') },
  { title: 'Concepts', pages: docs('concepts', 'concepts-in-the-app') },
  {
    title: 'Files',
    pages: [
      ...docs('study-format', 'formats/corpus', 'formats/safetensors', 'formats/pytorch', 'formats/onnx'),
      ...docs(
        'formats/tflite',
        'formats/keras',
        'formats/tfjs',
        'formats/tensorflow',
        'formats/openvino',
        'formats/npy-npz',
        'formats/frameworks',
      ),
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
