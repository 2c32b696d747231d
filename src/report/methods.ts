import type { PaperName } from '../explanations/papers.ts';
import { INSTRUMENTS, type InstrumentName } from '../findings/finding.ts';
import { counted, listed } from '../findings/wording.ts';
import type { StudyManifest } from '../study/manifest.ts';

/** The title of an instrument's chapter. */
export const CHAPTER_TITLES: Readonly<Record<InstrumentName, string>> = {
  classes: 'Class similarity',
  training: 'Training',
  representations: 'Representations',
  concepts: 'Concepts',
};

/** The papers that an instrument's measures come from. */
export const CHAPTER_PAPERS: Readonly<Record<InstrumentName, readonly PaperName[]>> = {
  classes: ['class-similarity', 'wordnet', 'mantel'],
  training: ['training', 'wordnet'],
  representations: ['representations', 'cka', 'rsa'],
  concepts: ['concepts'],
};

/** The instruments that a study has, in their order. */
export function instrumentsOf(manifest: StudyManifest): InstrumentName[] {
  return INSTRUMENTS.filter((name) => manifest.instruments[name] !== undefined);
}

/** What an instrument measured in this study and how, in sentences. */
export function methodsText(name: InstrumentName, { instruments }: StudyManifest): string {
  switch (name) {
    case 'classes': {
      const { models, labels, references } = instruments.classes!;
      return [
        `${counted(models.length, 'model')}, ${labels.classes} classes, ${labels.resolved} of them with a WordNet synset.`,
        'The similarity of two classes is the cosine of their templates, the rows of the classifier’s weights without bias.',
        references.length > 0
          ? `Alignment compares all pairs of classes with ${listed(references.map(({ title }) => title))} by cosine, Spearman’s ρ and Kendall’s τ-b.`
          : 'There was nothing to align it with.',
        'Chance levels are of all orders of the classes: exact for cosine and Spearman, by draws for Kendall’s deviation.',
      ].join(' ');
    }
    case 'training': {
      const { runs, labels, semantic, q, ties } = instruments.training!;
      const epochs = runs.reduce((sum, run) => sum + run.epochs.length, 0);
      return [
        `${counted(runs.length, 'run')} with ${counted(epochs, 'epoch')} altogether, ${labels.classes} classes.`,
        `Similarity matrices of weights, predictions, features${semantic ? ` and meaning (${semantic.title})` : ''} are scaled to [0, 1] without their diagonals and aligned by cosine at each epoch (SAI), with the exact mean and deviation over all orders of the classes.`,
        `Mistakes are ranked by similarity (IDM, ties by ${ties === 'average' ? 'average rank' : 'index'}) against permuted predictions; WSI has the quantile ${q}.`,
        'Phases are sought above chance; the intervals of their boundaries are the middle 90 % of resamples of the classes.',
      ].join(' ');
    }
    case 'representations': {
      const { models, imageCount, method, centring } = instruments.representations!;
      return [
        `${counted(models.length, 'model')}, ${counted(imageCount, 'image')}.`,
        'Two images are compared layer by layer: semantic similarity matches their places one to one so that the sum of affinities is largest, spatial similarity compares equal places.',
        `Matching: ${method}; centring: ${centring}.`,
        'Layers are compared by CKA, representational similarity analysis and mutual nearest neighbours over the images.',
      ].join(' ');
    }
    case 'concepts': {
      const { models, classes, imageCount } = instruments.concepts!;
      return [
        `${counted(models.length, 'model')}, ${counted(classes.length, 'class', 'classes')}, ${counted(imageCount, 'image')}.`,
        'Concepts of a class are non-negative factors of the activations of image patches; each is predicted from the other network’s activations, and how well that works on held-out patches is its similarity.',
        'Importance is by integrated gradients of the class score; what replacing a concept changes is measured on whole images.',
      ].join(' ');
    }
  }
}

/** The command that made an instrument's part. */
export function commandOf(name: InstrumentName, { instruments }: StudyManifest): string {
  return instruments[name]!.command;
}
