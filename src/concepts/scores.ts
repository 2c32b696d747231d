/** What the library exports of comparing concepts; factorisation has its own. */
export * from './activation-rows.ts';
export { type Agreement, agreement, agreements } from './agreement.ts';
export * from './cross-prediction.ts';
export { foldRanges, type Range } from './folds.ts';
export { type ConceptHead, headLogits, type LayerNormLinearHead, type LinearHead } from './heads.ts';
export * from './image-split.ts';
export { type LassoFit, type LassoOptions, lasso } from './lasso.ts';
export { leastSquares, ridge } from './least-squares.ts';
export { type LinearFit, predictLinear } from './linear-fit.ts';
export * from './patches.ts';
