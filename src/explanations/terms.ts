import type { PaperName } from './papers.ts';

/** A measure, relation, mark or acronym, explained for someone who meets it for the first time. */
export interface Term {
  /** In plain words: "Alignment with meaning". */
  name: string;
  /** Its short form, where it has one: "SSAD". */
  acronym?: string;
  /** What it means, in a sentence or two. */
  meaning: string;
  /** Where its values lie, and which end is which. */
  range?: string;
  /** What it is by chance alone. */
  chance?: string;
  /** What is usual, from published tables and the bundled runs. */
  usual?: string;
  formula?: string;
  paper?: PaperName;
}

/** All terms by a key that addresses and links use. */
export const TERMS = {
  template: {
    name: 'Class template',
    meaning:
      'The row of the last layer’s weights that belongs to a class: the direction in which features are pushed to be called that class.',
    formula: 'row c of W, with C classes × D features; the bias is left out',
    paper: 'class-similarity',
  },
  ncsm: {
    name: 'Network class similarity matrix',
    acronym: 'NCSM',
    meaning: 'How alike each two classes are in the very weights of the network: the cosine of their templates.',
    range: '−1 to 1; 1 on the diagonal',
    chance: 'about 0 for random weights',
    formula: 'NCSM[k][l] = w_k·w_l / (‖w_k‖ ‖w_l‖)',
    paper: 'class-similarity',
  },
  tncsm: {
    name: 'Class similarity from features',
    acronym: 'TNCSM',
    meaning:
      'As NCSM, but of the mean features of each class’s pictures in place of weights: for networks without a classifier, or to check one.',
    range: '−1 to 1',
    paper: 'training',
  },
  scsm: {
    name: 'Semantic class similarity matrix',
    acronym: 'SCSM, WNCSM',
    meaning: 'How near each two classes are in meaning, by the shortest path between them in WordNet.',
    range: 'above 0, to 1 for a class with itself',
    formula: '1 / (1 + d), d = links on the shortest path',
    paper: 'wordnet',
  },
  ccsm: {
    name: 'Confusion similarity matrix',
    acronym: 'CCSM',
    meaning:
      'Which classes the network takes for which: the share of each class’s samples that were given each answer, with 1 on the diagonal.',
    range: '0 to 1',
    paper: 'training',
  },
  ssad: {
    name: 'Alignment with meaning',
    acronym: 'SSAD',
    meaning:
      'How far classes that are alike to the network are alike in meaning too. Spearman’s ρ compares ranks and is the one to read; the cosine is mostly chance.',
    range: '−1 to 1',
    chance: 'Spearman and Kendall 0; cosine 0.76 to 0.80, so never read it without its chance level',
    usual: 'ImageNet networks: Spearman 0.1 to 0.4, cosine 0.82 to 0.86',
    formula: 'ρ, τ-b of the entries above the diagonal of NCSM and SCSM; cosine of both scaled to 0 … 1',
    paper: 'class-similarity',
  },
  nsad: {
    name: 'Agreement between networks',
    acronym: 'NSAD',
    meaning: 'How far two networks see the same classes as alike.',
    range: '−1 to 1',
    chance: '0',
    usual: 'four ImageNet MobileNets: Spearman 0.32 to 0.73',
    formula: 'ρ, τ-b and cosine of the entries of two NCSMs',
    paper: 'class-similarity',
  },
  chance: {
    name: 'Chance level',
    meaning:
      'What a measure gives when the classes of one side are shuffled: mean ± standard deviation. A value means something only as far as it is beyond this.',
    formula: 'over permutations of the classes of one matrix',
    paper: 'mantel',
  },
  z: {
    name: 'Distance from chance',
    acronym: 'z',
    meaning: 'By how many standard deviations a value is above its chance level.',
    range: 'any; from 3 on it counts as found here',
    chance: '0, between −2 and 2 in 95 of 100 cases',
    formula: '(value − mean) / deviation of the permutations',
  },
  interval: {
    name: 'Interval',
    meaning:
      'Where the value would lie had other classes, images or queries of the same kind been taken, by resampling them; the bias of correlations is taken back.',
    formula:
      'bootstrap: basic, 2θ − quantiles, for alignments and means; BCa for single correlations; percentiles for means over queries',
  },
  mantel: {
    name: 'Mantel p',
    meaning: 'The share of shuffled classes that align as well as the true ones.',
    range: '0 to 1; small is telling',
    paper: 'mantel',
  },
  rank: {
    name: 'Rank',
    meaning:
      'The place of a class among the neighbours of another, 1 being the nearest. Ranks can be compared between networks where similarities cannot.',
    range: '1 to the number of other classes',
  },
  mutual: {
    name: 'Mutual pair',
    acronym: '⇄',
    meaning: 'Each class is the other’s nearest.',
  },
  relation: {
    name: 'Relation',
    meaning:
      'What WordNet has between two classes: sisters (kinds of one thing), cousins (further up), part of, near-synonyms. “Unexplained” means that it has none and ranks the pair far lower than the network: shared looks or scenes, or a problem of labels.',
    paper: 'wordnet',
  },
  sai: {
    name: 'Similarity alignment index',
    acronym: 'SAI',
    meaning:
      'How far two class similarity matrices tell the same story at an epoch, such as SAI(NCSM, SCSM): does perception follow meaning?',
    range: '0 to 1',
    chance: 'far above 0, about 0.77 for SAI(NCSM, SCSM) of 100 classes: read it beside its dotted chance line',
    usual: '0.81 to 0.83 in the bundled runs of 100 classes',
    formula: 'cosine of the off-diagonal entries, each matrix scaled to 0 … 1',
    paper: 'training',
  },
  idm: {
    name: 'Inverse dissimilarity',
    acronym: 'IDM, NIDM, WIDM',
    meaning:
      'How near the network’s answers are to the truth by a similarity: its own (NIDM) or WordNet’s (WIDM). Errors only: of the wrong answers alone.',
    range: '0 to 1; 1 when every answer is right',
    chance: 'about 0.5 for random mistakes',
    usual: 'errors only 0.70 to 0.75 in the bundled runs',
    formula: '1 − mean rank / (C − 1)',
    paper: 'training',
  },
  wsi: {
    name: 'Weights similarity index',
    acronym: 'WSI',
    meaning:
      'How alike classes are in the weights: on average (mean), to their nearest (max), to their farthest (min).',
    range: '−1 to 1',
    formula:
      'mean of NCSM above the diagonal; max: mean over classes of the similarities at or above their 0.95 quantile',
    paper: 'training',
  },
  phases: {
    name: 'Phases',
    meaning:
      'Surge: alignment rises to its first lasting maximum. Refinement: it still moves. Stabilisation: from here to the end it is level. None is drawn where the curve does not show it.',
    paper: 'training',
  },
  typicality: {
    name: 'Typicality',
    meaning:
      'How near samples are to the mean features of their class. Of right and of wrong samples as groups, compared with random parts of the same sizes: the larger part of a class is always the nearer to its mean.',
    range: '−1 to 1',
    formula: 'cosine of the sample with its class template',
    paper: 'training',
  },
  semantic: {
    name: 'Semantic similarity of images',
    meaning:
      'How alike two images are to a layer, wherever their content stands: each place of one is matched with a place of the other so that the whole is as alike as can be.',
    range: 'cosine −1 to 1; linear any; RBF 0 to 1',
    formula: 'max over permutations π of Σ ⟨v_i,s, v_j,π(s)⟩',
    paper: 'representations',
  },
  spatial: {
    name: 'Spatial similarity of images',
    meaning:
      'The same without matching: only what stands at the same place counts. A shifted picture is then unlike itself.',
    range: 'as semantic, never above it for linear and cosine',
    paper: 'representations',
  },
  cka: {
    name: 'Centred kernel alignment',
    acronym: 'CKA',
    meaning: 'How far two layers see the same images as alike. The unbiased one does not grow with few images.',
    range: '0 to 1; unbiased about 0 without relation',
    formula: 'HSIC(K, L) / √(HSIC(K, K) HSIC(L, L))',
    paper: 'cka',
  },
  rsa: {
    name: 'Representational similarity analysis',
    acronym: 'RSA',
    meaning: 'The correlation of the similarities of all pairs of images in two layers.',
    range: '−1 to 1',
    chance: '0',
    paper: 'rsa',
  },
  neighbours: {
    name: 'Shared neighbours',
    acronym: 'mutual kNN',
    meaning: 'The share of each image’s k nearest images that two layers have in common.',
    range: '0 to 1',
    chance: 'k / (images − 1)',
  },
  precision: {
    name: 'Precision at 1',
    meaning: 'For how many images the most similar other image bears the same label.',
    range: '0 to 1',
    chance: 'that of a random other image',
    paper: 'representations',
  },
  divergence: {
    name: 'Divergence of outputs',
    meaning: 'How differently a network answers two images (Jensen–Shannon).',
    range: '0 to 0.693 nats (ln 2)',
    paper: 'representations',
  },
  auc: {
    name: 'AUC of views',
    meaning: 'How often two views of one image are more alike than two images.',
    range: '0 to 1',
    chance: '0.5',
    paper: 'representations',
  },
  concept: {
    name: 'Concept',
    meaning:
      'A direction of activations that a class’s patches share: stripes, a wheel, a pink square. Found by factorising the activations of patches into ten parts that only add up.',
    formula: 'A ≈ U W, U ≥ 0, W ≥ 0',
    paper: 'concepts',
  },
  conceptSimilarity: {
    name: 'Similarity of a concept',
    acronym: 'CMCS',
    meaning:
      'How well the other network tells where a concept is: the correlation of its real strength on new images with that predicted from the other network.',
    range: '−1 to 1; below 0.5 it counts as unshared here',
    chance: 'about 0 for shuffled patches; an untrained network can reach 0.3 to 0.45',
    usual: '0.6 to 0.8 between networks of one kind',
    formula: 'Pearson’s r of U and the L1-regularised linear prediction',
    paper: 'concepts',
  },
  ceiling: {
    name: 'Ceiling',
    acronym: 'self',
    meaning: 'The same similarity predicted from the concept’s own network: as well as it can be.',
    range: '−1 to 1, usually above 0.9',
    paper: 'concepts',
  },
  importance: {
    name: 'Importance',
    meaning: 'How much a concept moves the network’s decision for its class.',
    range: '−1 to 1, of the largest; above 0.1 it matters here',
    formula: 'minus the integrated gradient of the cross-entropy with respect to the concept’s strength',
    paper: 'concepts',
  },
  mmcs: {
    name: 'Mean of the largest concept similarities',
    acronym: 'MMCS',
    meaning:
      'For each concept the largest correlation with any concept of the other network, averaged: a similarity without a regression.',
    range: '−1 to 1',
    paper: 'concepts',
  },
  replacement: {
    name: 'Replacement test',
    meaning:
      'A concept’s strength is replaced by that predicted from the other network; how far activations (L2), answers (KL) and decisions move says what is lost.',
    range: 'L2 and KL from 0; figures are beyond the prediction from its own network',
    paper: 'concepts',
  },
} as const satisfies Record<string, Term>;

/** The key of a term. */
export type TermKey = keyof typeof TERMS;
