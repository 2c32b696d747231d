/** What a visitor drops to have a question answered, and the page of the documentation about it, by instrument. */
export const DROPS: Readonly<Record<string, { text: string; page: string }>> = {
  classes: {
    text: 'Drop one classifier or several. Their weights are enough; no picture is needed.',
    page: 'class-similarity.html',
  },
  training: {
    text: 'Drop the folder of a run: checkpoints with epochs in their names, or what a logger wrote.',
    page: 'training.html',
  },
  representations: {
    text: 'Drop ONNX networks with a folder of pictures, or features that were computed elsewhere (.safetensors, .npz, .npy).',
    page: 'representations.html',
  },
  concepts: {
    text: 'Drop two ONNX classifiers with a folder of pictures, and then ask for their concepts too.',
    page: 'concepts.html',
  },
};
