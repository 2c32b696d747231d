/** What the library exports of the representations instrument. */

export {
  type Centring,
  centre,
  collectMean,
  type FeatureMean,
  featureMean,
  type MeanCollector,
  subtractMean,
} from './comparison/centring.ts';
export type { Extent } from './comparison/circular-shift.ts';
export {
  type CkaOptions,
  type CkaResult,
  cka,
  type HsicEstimator,
  hsicOf,
  type MinibatchRule,
  minibatchCka,
} from './comparison/cka.ts';
export { type MeanMap, meanOfMaps, type NumberMap } from './comparison/mean-of-maps.ts';
export {
  jensenShannonMatrix,
  type OutputCorrelation,
  outputCorrelation,
  softmaxRows,
} from './comparison/output-similarity.ts';
export { nestedDatabases, pooledVectors, type RetrievalOptions, retrieve } from './comparison/retrieval.ts';
export {
  f1OfCounts,
  iouOfLabels,
  type ObjectCounts,
  precisionAtK,
  type RetrievalScore,
  type ScoreOf,
  scoreRetrieval,
} from './comparison/retrieval-scores.ts';
export { type RsaMeasure, type RsaOptions, type RsaResult, requireSameSamples, rsa } from './comparison/rsa.ts';
export {
  type FeatureLayout,
  type FeatureMaps,
  type FeatureMapsOptions,
  featureMaps,
  positionNorms,
  sliceImages,
  squaredNorms,
} from './feature-maps.ts';
export { type ApproximationRatio, approximationRatios } from './matching/approximation.ts';
export {
  type Assignment,
  type AssignOptions,
  assign,
  MATCHING_METHODS,
  type MatchingMethod,
} from './matching/assign.ts';
export { imageBatches, subMatrix } from './matching/image-batches.ts';
export { type MatchedTile, type MatchTileOptions, matchTile, type RowProducts } from './matching/match-tile.ts';
export { type MatchedPlaces, matchPlaces } from './matching/matched-places.ts';
export { type MutualNeighbours, mutualNeighbours } from './matching/mutual-neighbours.ts';
export type { NormOrder } from './matching/norm-order.ts';
export { type PairTile, pairsInTile, planTiles } from './matching/tiles.ts';
export {
  type InnerProducts,
  type KernelMatrix,
  kernelMatrix,
  type RbfOptions,
  rbfSigma,
  SIMILARITY_KERNELS,
  type SimilarityKernel,
  squaredDistances,
} from './similarity-kernels.ts';
export {
  collectTiles,
  type SimilarityMatrices,
  type SimilarityMatricesOptions,
  similarityMatrices,
  tileMaps,
} from './similarity-matrices.ts';
