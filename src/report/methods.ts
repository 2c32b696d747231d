import type { PaperName } from '../explanations/papers.ts';
import type { InstrumentName } from '../findings/finding.ts';
import { counted, listed } from '../findings/wording.ts';
import type { ClassesSection } from '../study/classes-section.ts';
import type { ConceptsSection } from '../study/concepts-section.ts';
import type { StudyManifest } from '../study/manifest.ts';
import type { RepresentationsSection } from '../study/representations-section.ts';
import type { TrainingSection } from '../study/training-section.ts';

/** How an instrument measured: sentences, and the papers that the measures come from. */
export interface Methods {
  text: string;
  papers: PaperName[];
}

/** What an instrument measured in this study and how; only what the study has is told. */
export function methodsOf(name: InstrumentName, { instruments }: StudyManifest): Methods {
  const { sentences, papers } = {
    classes: () => classMethods(instruments.classes!),
    training: () => trainingMethods(instruments.training!),
    representations: () => representationMethods(instruments.representations!),
    concepts: () => conceptMethods(instruments),
  }[name]();
  return { text: sentences.filter((sentence) => sentence !== '').join(' '), papers };
}

/** Sentences, those that do not apply empty, and papers. */
interface Told {
  sentences: string[];
  papers: PaperName[];
}

function classMethods({ models, labels, references, population }: ClassesSection): Told {
  const templates = models.filter((model) => model.templates);
  const published = population?.members.filter(({ publishedOnly }) => publishedOnly).length ?? 0;
  const hasWordnet = references.some(({ kind }) => kind === 'wordnet');
  const hasMantel = models.some((model) => Object.values(model.alignment).some(({ mantel }) => mantel));
  const what = [
    ...(templates.length < models.length ? ['the rows of the classifier’s weights without bias'] : []),
    ...(templates.length > 0
      ? [`${templates.length < models.length ? 'or, where it is said, ' : ''}the mean features of labelled pictures`]
      : []),
  ].join(' ');
  return {
    sentences: [
      `${counted(models.length, 'model')}${published > 0 ? ` and ${counted(published, 'published row')}` : ''}, ${labels.classes} classes, ${labels.resolved} of them with a WordNet synset.`,
      models.length === 0 ? '' : `The similarity of two classes is the cosine of their templates, ${what}.`,
      models.length === 0
        ? ''
        : references.length > 0
          ? `Alignment compares all pairs of classes with ${listed(references.map(({ title }) => title))} by cosine, Spearman’s ρ and Kendall’s τ-b.`
          : 'There was nothing to align it with.',
      models.length > 0 && references.length > 0
        ? 'Chance levels are of all orders of the classes: exact for cosine and Spearman, by draws for Kendall’s deviation.'
        : '',
      hasMantel ? 'p-values are of Mantel’s permutation test.' : '',
    ],
    papers: [
      'class-similarity',
      ...(hasWordnet ? (['wordnet'] as const) : []),
      ...(hasMantel ? (['mantel'] as const) : []),
    ],
  };
}

function trainingMethods({ runs, labels, semantic, q, ties }: TrainingSection): Told {
  const epochs = runs.reduce((sum, run) => sum + run.epochs.length, 0);
  const kept = runs.flatMap(({ matrices }) => matrices);
  const scaled = [
    ...(runs.some(({ head }) => head !== null) ? ['weights'] : []),
    ...(kept.some(({ ccsm, ccsm_train }) => ccsm ?? ccsm_train) ? ['predictions'] : []),
    ...(kept.some(({ tncsm_test, tncsm_train }) => tncsm_test ?? tncsm_train) ? ['features'] : []),
    ...(semantic ? [`meaning (${semantic.title})`] : []),
  ];
  const hasMistakes = kept.some(({ mistakes }) => mistakes !== null);
  const hasWsi = runs.some(({ phases }) => Object.keys(phases).some((curve) => curve.startsWith('wsi.')));
  const hasPhases = runs.some(({ phases }) =>
    Object.values(phases).some((found) => found.endOfSurge.status === 'found' || found.shape !== 'none'),
  );
  return {
    sentences: [
      `${counted(runs.length, 'run')} with ${counted(epochs, 'epoch')} altogether, ${labels.classes} classes.`,
      scaled.length > 1
        ? `Similarity matrices of ${listed(scaled)} are scaled to [0, 1] without their diagonals and aligned by cosine at each epoch (SAI), with the exact mean and deviation over all orders of the classes.`
        : '',
      hasMistakes
        ? `Mistakes are ranked by similarity (IDM, ties by ${ties === 'average' ? 'average rank' : 'index'}) against permuted predictions.`
        : '',
      hasWsi ? `WSI has the quantile ${q}.` : '',
      hasPhases
        ? 'Phases are sought above chance; the intervals of their boundaries are the middle 90 % of resamples of the classes.'
        : '',
    ],
    papers: ['training', ...(semantic?.id.startsWith('wordnet') ? (['wordnet'] as const) : [])],
  };
}

function representationMethods(section: RepresentationsSection): Told {
  const { models, imageCount, method, centring, comparison, invariance, sampled } = section;
  const layers = models.flatMap((model) => model.layers);
  const shown = layers.length > 0 ? layers : (sampled?.layers ?? []);
  const hasPlaces = shown.length === 0 || shown.some(({ positions }) => positions > 1);
  const rsa = comparison?.rsa ?? sampled?.rsa ?? null;
  const cka = comparison?.cka ?? sampled?.cka ?? null;
  const compared = comparison !== null ? comparison.layers.length > 1 : (sampled?.layers.length ?? 0) > 1;
  const measures = [
    ...(cka ? ['CKA'] : []),
    ...(rsa ? ['representational similarity analysis'] : []),
    ...(comparison?.mutualNeighbours ? ['mutual nearest neighbours'] : []),
  ];
  return {
    sentences: [
      `${counted(models.length, 'model')}, ${counted(imageCount, 'image')}.`,
      hasPlaces
        ? 'Two images are compared layer by layer: semantic similarity matches their places one to one so that the sum of affinities is largest, spatial similarity compares equal places.'
        : 'Two images are compared layer by layer by one vector of each.',
      hasPlaces
        ? `Matching: ${method === 'auto' ? 'optimal, of maps of many places batch-optimal' : method}; centring: ${centring}.`
        : `Centring: ${centring}.`,
      invariance
        ? `Two views of each image by ${invariance.transform} are told from views of other images in ${counted(invariance.batches, 'batch', 'batches')}: the area under the ROC curve and d′.`
        : '',
      sampled
        ? 'A part of all pairs of images was matched; what is said of all is an estimate with its 95 % interval.'
        : '',
      compared && measures.length > 0 ? `Layers are compared by ${listed(measures)} over the images.` : '',
    ],
    papers: [
      'representations',
      ...(compared && cka ? (['cka'] as const) : []),
      ...(compared && rsa ? (['rsa'] as const) : []),
    ],
  };
}

function conceptMethods({ concepts, atlas }: StudyManifest['instruments']): Told {
  const parts = [
    ...(concepts ? pairMethods(concepts) : []),
    ...(atlas
      ? [
          `${counted(atlas.models.length, 'model')}, ${counted(atlas.classes.length, 'class', 'classes')}, ${counted(atlas.imageCount, 'image')}: each model’s concepts, factors of the activations of image patches, are predicted from every model’s activations of the same patches.`,
          `Concepts of two models are one where each is the other’s best match, their strengths on held-out patches correlate by ${atlas.rule.correlation} or more, and each is represented by the other model with ${atlas.rule.share} of its ceiling or more; those of one model’s classes where the cosine of their directions is ${atlas.rule.cosine} or more.`,
        ]
      : []),
  ];
  return { sentences: parts, papers: ['concepts'] };
}

function pairMethods({ models, classes, imageCount, options }: ConceptsSection): string[] {
  // Studies of older versions do not say how importance was measured.
  const kindOf = ({ head, importance }: (typeof models)[number]): string =>
    importance ?? (head.kind === 'none' ? 'none' : 'integrated-gradients');
  const withHead = models.filter((model) => kindOf(model) === 'integrated-gradients').length;
  const covered = models.filter((model) => kindOf(model) === 'covering').map(({ name }) => name);
  return [
    `${counted(models.length, 'model')}, ${counted(classes.length, 'class', 'classes')}, ${counted(imageCount, 'image')}.`,
    'Concepts of a class are factors of the activations of image patches, non-negative in their strength; each is predicted from the other network’s activations, and how well that works on held-out patches is its similarity.',
    withHead > 0
      ? `Importance is by integrated gradients of the class’s cross-entropy${withHead < models.length ? ', for the network that has a head' : ''}; what replacing a concept changes is measured on the evaluation patches.`
      : covered.length > 0
        ? 'Without a classifier head replacing a concept is measured in activations alone.'
        : 'Without a classifier head there is no importance, and replacing a concept is measured in activations alone.',
    ...(covered.length > 0
      ? [
          `Importance for ${listed(covered)} is by covering the patches of a concept in the pictures, beyond what covering random patches changes.`,
        ]
      : []),
    ...(options.occlude
      ? [
          `Whether a concept causes the answer was tested by covering its patches (${options.occlude}) in the evaluation images and comparing the fall of the class’s probability with that by random patches.`,
        ]
      : []),
  ];
}
