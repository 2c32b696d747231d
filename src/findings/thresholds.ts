/** When a rule speaks. docs/findings.md says the same in words, and a test holds the two together. */
export const THRESHOLDS = {
  /** Standard deviations above its chance level from which an alignment counts as found. */
  aboveChanceZ: 3,
  /** Deviation of the chance level above which an alignment that is not found says nothing: too few classes. */
  powerlessSd: 0.05,
  /** Spearman's ρ from which classes are seen "in part", and "largely", as the reference relates them. */
  alignedInPart: 0.2,
  alignedLargely: 0.5,
  /** The first neighbours in the reference among which a class's nearest class is looked for. */
  referenceNeighbours: 5,
  /** A strange pair: WordNet has the neighbour beyond this share of the other classes … */
  strangeRankShare: 0.5,
  /** … and the pair is among this share of the most similar nearest neighbours. */
  strangeTopShare: 0.25,
  /** Networks from which a correlation over them can tell anything. */
  populationModels: 6,
  /** p below which the correlation of a population, or the covering of a concept, counts. */
  significantP: 0.05,
  /** Standard errors by which accuracies must differ for one run to be ahead. */
  accuracyErrors: 2,
  /** Errors-only inverse dissimilarity above its chance level from which mistakes are near the true class. */
  mistakesAboveChance: 0.05,
  /** Training accuracy minus test accuracy from which a run counts as fitted to its training images. */
  accuracyGap: 0.1,
  /** Share of the optimal matching below which same places miss what matched places find. */
  samePlaceShare: 0.9,
  /** Pearson's r with the divergence of outputs at or below which alike inside means alike answers. */
  outputCorrelation: -0.1,
  /** Shared neighbours of two models as a multiple of chance. */
  sharedNeighbours: 2,
  /** AUC from which two views of one image are recognised. */
  viewsAuc: 0.75,
  /** Ceiling of a concept below which its similarity by the other model says nothing. */
  conceptCeiling: 0.5,
  /** Images of the evaluation in a class below which its concepts are uncertain. */
  fewImages: 20,
} as const;
