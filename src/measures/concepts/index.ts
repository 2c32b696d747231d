/** What the library exports of concepts: factors, and what is made of them. */

export * from './data/activation-rows.ts';
export { type FeatureCka, featureCka } from './data/feature-cka.ts';
export * from './data/image-split.ts';
export { type TruncatedSvd, truncatedSvd } from './data/truncated-svd.ts';
export { type ComponentSweepOptions, type ComponentSweepPoint, componentSweep } from './factor/component-sweep.ts';
export {
  FACTORISATION_METHODS,
  type Factorisation,
  type FactorisationInit,
  type FactorisationMethod,
  type FactoriseOptions,
  factorise,
} from './factor/factorise.ts';
export { type ConceptHygiene, conceptHygiene, type HygieneOptions } from './factor/hygiene.ts';
export { type DirectionMatching, matchConcepts } from './factor/match-concepts.ts';
export type { Precision } from './factor/nmf.ts';
export { type FactorStart, nndsvd } from './factor/nndsvd.ts';
export { nonNegativeCoefficients } from './factor/nnls.ts';
export { type ReconstructionError, reconstructionError } from './factor/reconstruction.ts';
export {
  type ConceptStability,
  conceptStability,
  type StabilityOptions,
  type StabilityRun,
} from './factor/stability.ts';
export type { TargetClass } from './importance/concept-head.ts';
export { type ConceptHead, headLogits, type LayerNormLinearHead, type LinearHead } from './importance/heads.ts';
export { importanceOverImages } from './importance/importance-over-images.ts';
export * from './importance/integrated-gradients.ts';
export { type OcclusionImportance, occlusionImportance } from './importance/occlusion.ts';
export * from './importance/replacement.ts';
export { type SobolOptions, sobolImportance } from './importance/sobol.ts';
export { type Agreement, agreement, agreements } from './regress/agreement.ts';
export {
  type AgreementBootstrapOptions,
  type AgreementDraws,
  agreementBootstrap,
  type ResampleOptions,
  type Uncertain,
} from './regress/agreement-bootstrap.ts';
export * from './regress/alpha-sweep.ts';
export {
  type ConceptCorrelationOptions,
  type ConceptMatch,
  conceptCorrelations,
  type LayerPairSimilarity,
  layerPairSimilarity,
  maxConceptSimilarity,
} from './regress/concept-similarity.ts';
export * from './regress/cross-prediction.ts';
export { foldRanges, type Range } from './regress/folds.ts';
export { type LassoFit, type LassoOptions, lasso } from './regress/lasso.ts';
export { leastSquares, ridge } from './regress/least-squares.ts';
export { type LinearFit, predictLinear } from './regress/linear-fit.ts';
export * from './regress/nulls.ts';
export * from './report/collage.ts';
export * from './report/concept-groups.ts';
export * from './report/patches.ts';
export * from './report/performance.ts';
export * from './report/shortlist.ts';
export * from './report/summary.ts';
