/** What the library exports of concepts: factors, and what is made of them. */

export * from './activation-rows.ts';
export { type Agreement, agreement, agreements } from './agreement.ts';
export {
  type AgreementBootstrapOptions,
  type AgreementDraws,
  agreementBootstrap,
  type ResampleOptions,
  type Uncertain,
} from './agreement-bootstrap.ts';
export * from './alpha-sweep.ts';
export * from './collage.ts';
export { type ComponentSweepOptions, type ComponentSweepPoint, componentSweep } from './component-sweep.ts';
export * from './concept-groups.ts';
export type { TargetClass } from './concept-head.ts';
export {
  type ConceptCorrelationOptions,
  type ConceptMatch,
  conceptCorrelations,
  type LayerPairSimilarity,
  layerPairSimilarity,
  maxConceptSimilarity,
} from './concept-similarity.ts';
export * from './cross-prediction.ts';
export {
  FACTORISATION_METHODS,
  type Factorisation,
  type FactorisationInit,
  type FactorisationMethod,
  type FactoriseOptions,
  factorise,
} from './factorise.ts';
export { type FeatureCka, featureCka } from './feature-cka.ts';
export { foldRanges, type Range } from './folds.ts';
export { type ConceptHead, headLogits, type LayerNormLinearHead, type LinearHead } from './heads.ts';
export { type ConceptHygiene, conceptHygiene, type HygieneOptions } from './hygiene.ts';
export * from './image-split.ts';
export { importanceOverImages } from './importance-over-images.ts';
export * from './integrated-gradients.ts';
export { type LassoFit, type LassoOptions, lasso } from './lasso.ts';
export { leastSquares, ridge } from './least-squares.ts';
export { type LinearFit, predictLinear } from './linear-fit.ts';
export { type DirectionMatching, matchConcepts } from './match-concepts.ts';
export type { Precision } from './nmf.ts';
export { type FactorStart, nndsvd } from './nndsvd.ts';
export { nonNegativeCoefficients } from './nnls.ts';
export * from './nulls.ts';
export { type OcclusionImportance, occlusionImportance } from './occlusion.ts';
export * from './patches.ts';
export * from './performance.ts';
export { type ReconstructionError, reconstructionError } from './reconstruction.ts';
export * from './replacement.ts';
export * from './shortlist.ts';
export { type SobolOptions, sobolImportance } from './sobol.ts';
export { type ConceptStability, conceptStability, type StabilityOptions, type StabilityRun } from './stability.ts';
export * from './summary.ts';
export { type TruncatedSvd, truncatedSvd } from './truncated-svd.ts';
