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
    text: 'Drop features of your pictures (.safetensors, .npz, .npy), of one network or of several. Networks that run: on the command line.',
    page: 'representations.html',
  },
  concepts: {
    text: 'See it in the sample; your own networks are compared on the command line.',
    page: 'concepts.html',
  },
};
