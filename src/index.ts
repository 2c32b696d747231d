/**
 * Semblance, the isomorphic library: everything here runs in Node and in browsers. `semblance/node` adds what needs a
 * file system.
 */
export { analyseClasses, type ClassesResult } from './analyses/classes/analyse-classes.ts';
export type { ClassesOptions, ClassModelInput, ReferenceRequest } from './analyses/classes/options.ts';
export type { LabelsRequest } from './analyses/classes/row-classes.ts';
export {
  ALIGNMENT_MEASURES,
  type AlignmentKind,
  type AlignmentMeasure,
  type AlignmentResult,
  type MeasureValues,
  nsad,
  ssad,
} from './class-similarity/alignment.ts';
export { type ChanceLevel, type ChanceOptions, type ChanceResult, chanceLevel } from './class-similarity/chance.ts';
export { type ClosestPair, type ClosestPairsOptions, closestPairs } from './class-similarity/closest-pairs.ts';
export { type Neighbour, nearestNeighbour, neighbourRank, neighbours } from './class-similarity/neighbours.ts';
export {
  missingClasses,
  onSharedClasses,
  type PreparedSimilarity,
  type PrepareOptions,
  prepareSimilarity,
} from './class-similarity/prepared-similarity.ts';
export { alignClasses, type ClassIdentity, type SharedClasses } from './class-similarity/shared-classes.ts';
export { inProcessPool, type RunTasksOptions, runTasks, type TaskPool } from './engine/task-pool.ts';
export * from './errors.ts';
export { crossGram, gram } from './kernels/gram.ts';
export { type KernelOptions, type KernelTier, kernelTier } from './kernels/wasm-kernel.ts';
export { type ByteSource, blobSource, memorySource } from './model-files/byte-source.ts';
export type { GraphHead, ModelFile, ModelFormatName, TensorEntry } from './model-files/model-file.ts';
export { detectFormat, openModel } from './model-files/open-model.ts';
export type { LongTask, Progress } from './progress.ts';
export { type ApproximationRatio, approximationRatios } from './representations/approximation.ts';
export {
  type Assignment,
  type AssignOptions,
  assign,
  MATCHING_METHODS,
  type MatchingMethod,
} from './representations/assign.ts';
export {
  type Centring,
  centre,
  collectMean,
  type FeatureMean,
  featureMean,
  type MeanCollector,
  subtractMean,
} from './representations/centring.ts';
export type { Extent } from './representations/circular-shift.ts';
export {
  type CkaOptions,
  type CkaResult,
  cka,
  type HsicEstimator,
  hsicOf,
  type MinibatchRule,
  minibatchCka,
} from './representations/cka.ts';
export {
  type FeatureLayout,
  type FeatureMaps,
  type FeatureMapsOptions,
  featureMaps,
  positionNorms,
  sliceImages,
  squaredNorms,
} from './representations/feature-maps.ts';
export { type MatchedTile, type MatchTileOptions, matchTile, type RowProducts } from './representations/match-tile.ts';
export { type MutualNeighbours, mutualNeighbours } from './representations/mutual-neighbours.ts';
export type { NormOrder } from './representations/norm-order.ts';
export {
  jensenShannonMatrix,
  type OutputCorrelation,
  outputCorrelation,
  softmaxRows,
} from './representations/output-similarity.ts';
export { nestedDatabases, pooledVectors, type RetrievalOptions, retrieve } from './representations/retrieval.ts';
export {
  f1OfCounts,
  iouOfLabels,
  type ObjectCounts,
  precisionAtK,
  type RetrievalScore,
  type ScoreOf,
  scoreRetrieval,
} from './representations/retrieval-scores.ts';
export { type RsaMeasure, type RsaOptions, type RsaResult, requireSameSamples, rsa } from './representations/rsa.ts';
export {
  type InnerProducts,
  type KernelMatrix,
  kernelMatrix,
  type RbfOptions,
  rbfSigma,
  SIMILARITY_KERNELS,
  type SimilarityKernel,
  squaredDistances,
} from './representations/similarity-kernels.ts';
export {
  collectTiles,
  type SimilarityMatrices,
  type SimilarityMatricesOptions,
  similarityMatrices,
  tileMaps,
} from './representations/similarity-matrices.ts';
export { type PairTile, pairsInTile, planTiles } from './representations/tiles.ts';
export { type Ancestors, ancestorsOf, depthOf, pathsToRoot } from './semantics/ancestors.ts';
export { correctLabels, parseLabels } from './semantics/label-resolver/parse-labels.ts';
export {
  type LabelResolution,
  type ResolvedLabel,
  type ResolveLabelsOptions,
  resolveLabels,
  type SynsetCandidate,
} from './semantics/label-resolver/resolve-labels.ts';
export {
  findLabelSet,
  LABEL_SETS,
  type LabelClass,
  type LabelSet,
  type LabelSetInfo,
  labelSet,
} from './semantics/label-sets/label-sets.ts';
export { leacockChodorow } from './semantics/leacock-chodorow.ts';
export { type Glosses, loadGlosses, loadWordNet } from './semantics/load-wordnet.ts';
export { pathSimilarity } from './semantics/path-similarity.ts';
export {
  SEMANTIC_MEASURES,
  type SemanticMeasure,
  type SemanticSimilarityOptions,
  semanticSimilarityMatrix,
  semanticSimilarityRows,
} from './semantics/semantic-similarity.ts';
export { shortestPathDistance, shortestPathDistances } from './semantics/shortest-paths.ts';
export { synsetName } from './semantics/synset-name.ts';
export {
  findSynset,
  hypernymsOf,
  hyponymsOf,
  LEXICOGRAPHER_FILES,
  lemmasOf,
  sensesOf,
  synsetById,
  type WordNet,
  wnidOf,
} from './semantics/wordnet.ts';
export { type SimilarityRow, wuPalmer, wuPalmerNltk } from './semantics/wu-palmer.ts';
export { sha256Hex } from './sha256.ts';
export { type BootstrapInterval, type BootstrapOptions, bootstrapMean } from './statistics/bootstrap.ts';
export { type CosineMatrixOptions, cosineSimilarityMatrix, type SimilarityMatrix } from './statistics/cosine-matrix.ts';
export { kendall, kendallOfRanks } from './statistics/kendall.ts';
export { pearson } from './statistics/pearson.ts';
export { createRandom, type Random } from './statistics/random.ts';
export { averageRanks, MAX_RANKED_VALUES, prepareRanks, type RankVector } from './statistics/ranks.ts';
export { type Separation, separation } from './statistics/separation.ts';
export { spearman, spearmanOfRanks } from './statistics/spearman.ts';
export {
  type DisplayMatrix,
  decodeDisplayMatrix,
  displayValue,
  encodeDisplayMatrix,
  quantiseMatrix,
} from './study/display-matrix.ts';
export { decodeJsonl, encodeJsonl } from './study/jsonl.ts';
export * from './study/manifest.ts';
export { encodeNpy, type NpyArray } from './study/npy-writer.ts';
export {
  decodeNpyMatrix,
  parseManifest,
  readManifest,
  readStudyFile,
  readStudyJson,
  readStudyMatrix,
  readStudyTable,
} from './study/read-study.ts';
export { memoryStore, type StudyStore } from './study/store.ts';
export { isStudyPath } from './study/study-path.ts';
export type { DType } from './tensor/dtype.ts';
export { type Matrix, type Matrix32, type Matrix64, row, select, upperTriangle } from './tensor/matrix.ts';
export { toShared } from './tensor/shared.ts';
export { elementCount, formatShape, type Tensor } from './tensor/tensor.ts';
export { VERSION } from './version.ts';
