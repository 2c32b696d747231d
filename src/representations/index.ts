/** What the library exports of the representations instrument. */
export { type ApproximationRatio, approximationRatios } from './approximation.ts';
export {
  type Assignment,
  type AssignOptions,
  assign,
  MATCHING_METHODS,
  type MatchingMethod,
} from './assign.ts';
export {
  type Centring,
  centre,
  collectMean,
  type FeatureMean,
  featureMean,
  type MeanCollector,
  subtractMean,
} from './centring.ts';
export type { Extent } from './circular-shift.ts';
export {
  type CkaOptions,
  type CkaResult,
  cka,
  type HsicEstimator,
  hsicOf,
  type MinibatchRule,
  minibatchCka,
} from './cka.ts';
export {
  type FeatureLayout,
  type FeatureMaps,
  type FeatureMapsOptions,
  featureMaps,
  positionNorms,
  sliceImages,
  squaredNorms,
} from './feature-maps.ts';
export { imageBatches, subMatrix } from './image-batches.ts';
export { type MatchedTile, type MatchTileOptions, matchTile, type RowProducts } from './match-tile.ts';
export { type MatchedPlaces, matchPlaces } from './matched-places.ts';
export { type MeanMap, meanOfMaps, type NumberMap } from './mean-of-maps.ts';
export { type MutualNeighbours, mutualNeighbours } from './mutual-neighbours.ts';
export type { NormOrder } from './norm-order.ts';
export {
  jensenShannonMatrix,
  type OutputCorrelation,
  outputCorrelation,
  softmaxRows,
} from './output-similarity.ts';
export { nestedDatabases, pooledVectors, type RetrievalOptions, retrieve } from './retrieval.ts';
export {
  f1OfCounts,
  iouOfLabels,
  type ObjectCounts,
  precisionAtK,
  type RetrievalScore,
  type ScoreOf,
  scoreRetrieval,
} from './retrieval-scores.ts';
export { type RsaMeasure, type RsaOptions, type RsaResult, requireSameSamples, rsa } from './rsa.ts';
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
export { type PairTile, pairsInTile, planTiles } from './tiles.ts';
