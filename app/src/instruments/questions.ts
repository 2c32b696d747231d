import type { InstrumentName } from '#src/findings/finding.ts';

/** What each instrument answers, in the words of someone who has the question. */
export const QUESTIONS: Readonly<Record<InstrumentName, string>> = {
  classes: 'Which classes does the network see as similar, and is that the similarity of meaning?',
  training: 'How does the perception of similarity grow over the epochs, and do the mistakes follow it?',
  representations: 'Which images are alike to the network, layer by layer, wherever the content stands in the frame?',
  concepts: 'Which visual concepts does one network have that the other lacks, and do they matter?',
};
