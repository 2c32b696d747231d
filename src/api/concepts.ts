/**
 * Which visual concepts one network has and another lacks, and how much they matter (RSVC).
 *
 * @module
 */

export { analyseConcepts, type ConceptsResult } from '../analyses/concepts/analyse-concepts.ts';
export { analyseConceptAtlas } from '../analyses/concepts/atlas/analyse-atlas.ts';
export type {
  ConceptImageInput,
  ConceptModelInput,
  ConceptsOptions,
  ConceptsPlatform,
} from '../analyses/concepts/options.ts';
export { componentSweep } from '../measures/concepts/factor/component-sweep.ts';
export {
  FACTORISATION_METHODS,
  type Factorisation,
  type FactoriseOptions,
  factorise,
} from '../measures/concepts/factor/factorise.ts';
export { conceptHygiene } from '../measures/concepts/factor/hygiene.ts';
export { matchConcepts } from '../measures/concepts/factor/match-concepts.ts';
export { nonNegativeCoefficients } from '../measures/concepts/factor/nnls.ts';
export { conceptStability } from '../measures/concepts/factor/stability.ts';
export { conceptImportance, weightByConfidence } from '../measures/concepts/importance/integrated-gradients.ts';
export { occlusionImportance } from '../measures/concepts/importance/occlusion.ts';
export { replacementEffects } from '../measures/concepts/importance/replacement.ts';
export { conceptCorrelations } from '../measures/concepts/regress/concept-similarity.ts';
export { type CrossPrediction, fitCrossPrediction } from '../measures/concepts/regress/cross-prediction.ts';
export { lasso } from '../measures/concepts/regress/lasso.ts';
export { leastSquares, ridge } from '../measures/concepts/regress/least-squares.ts';
export { refittedNull } from '../measures/concepts/regress/nulls.ts';
export { conceptCollage } from '../measures/concepts/report/collage.ts';
export { cutPatches, patchGrid } from '../measures/concepts/report/patches.ts';
export { mostConsequentialConcepts } from '../measures/concepts/report/shortlist.ts';
