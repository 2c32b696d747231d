import type { InstrumentName } from '#src/findings/finding.ts';

/** One stop: a view, and what to look at there. */
export interface TourStep {
  /** The view within the instrument. */
  view: string;
  title: string;
  text: string;
}

/** A short way through each instrument, for someone who meets it for the first time. */
export const TOURS: Readonly<Record<InstrumentName, readonly TourStep[]>> = {
  classes: [
    {
      view: 'findings',
      title: 'What was found',
      text: 'Each sentence has the figures behind it and what chance alone would give. “Show it” leads to the view it comes from.',
    },
    {
      view: 'map',
      title: 'Every pair of classes',
      text: 'A point is a pair of classes; the lighter, the more alike the last layer’s weights make them. Rows and columns follow WordNet, so blocks on the diagonal are families: dogs, birds, vehicles. Choose a point to read the pair.',
    },
    {
      view: 'landscape',
      title: 'The same, as a landscape',
      text: 'What is alike lies near. A point of another colour among its neighbours is a class that the network files elsewhere than WordNet does.',
    },
    {
      view: 'pairs',
      title: 'The closest pairs',
      text: 'Each class with its nearest. Look at those that no relation explains: they share looks, scenes, or wrong labels.',
    },
    {
      view: 'class',
      title: 'One class',
      text: 'Its nearest classes beside WordNet’s, and where it sits in the tree. Search any class at the top, or press /.',
    },
  ],
  training: [
    {
      view: 'findings',
      title: 'What was found',
      text: 'Which run is ahead, whether its mistakes are near the truth, and what speaks for trouble, each with its figures.',
    },
    {
      view: 'curves',
      title: 'Curves over the epochs',
      text: 'Accuracy and loss beside the alignment of what the network sees with what words mean. Dotted lines are chance. Drag over a chart to look closer, click to choose an epoch everywhere.',
    },
    {
      view: 'time',
      title: 'How similarity grew',
      text: 'The map of classes at each epoch: play it. Blocks appear first where the network learns to tell whole families apart, single classes later.',
    },
  ],
  representations: [
    {
      view: 'findings',
      title: 'What was found',
      text: 'Which layers see images alike wherever things are in them, and whether alike inside means alike in the answer.',
    },
    {
      view: 'map',
      title: 'Which images are alike',
      text: 'Each pair of images twice: with places matched to whatever fits them best, and place against place. What differs is where things have moved.',
    },
    {
      view: 'landscape',
      title: 'Images as a landscape',
      text: 'Near means alike to this layer. Choose an image to see it, and another layer to see how its neighbours change.',
    },
    {
      view: 'retrieval',
      title: 'Nearest images',
      text: 'One image and what each layer finds most like it. Right labels are marked, so that it can be seen which layer finds meaning.',
    },
  ],
  concepts: [
    {
      view: 'findings',
      title: 'What was found',
      text: 'What one network knows that the other does not, whether it matters, and what cannot be said.',
    },
    {
      view: 'overview',
      title: 'All concepts at once',
      text: 'A point is a visual concept of one network: to the left, the other network has nothing like it; above, the network’s answers rest on it. The upper left is where they differ.',
    },
    {
      view: 'concept',
      title: 'One concept',
      text: 'The picture patches that show it most, and the same patches as the other network sees them. Name it, and the name is kept in the study.',
    },
  ],
};
