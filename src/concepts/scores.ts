/** What the library exports of comparing concepts; factorisation has its own. */
export * from './activation-rows.ts';
export { type Agreement, agreement, agreements } from './agreement.ts';
export type { TargetClass } from './concept-head.ts';
export * from './concept-similarity.ts';
export * from './cross-prediction.ts';
export { foldRanges, type Range } from './folds.ts';
export { type ConceptHead, headLogits, type LayerNormLinearHead, type LinearHead } from './heads.ts';
export * from './image-split.ts';
export * from './integrated-gradients.ts';
export { type LassoFit, type LassoOptions, lasso } from './lasso.ts';
export { leastSquares, ridge } from './least-squares.ts';
export { type LinearFit, predictLinear } from './linear-fit.ts';
export { type OcclusionImportance, occlusionImportance } from './occlusion.ts';
export * from './patches.ts';
export * from './replacement.ts';
export { type SobolOptions, sobolImportance } from './sobol.ts';
