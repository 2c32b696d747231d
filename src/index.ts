/**
 * Semblance, the isomorphic library: everything here runs in Node and in browsers. `semblance/node` adds what needs a
 * file system.
 */

export { type ExternalData, externalData } from './activations/external-data.ts';
export {
  type ExtractOptions,
  extractFeatures,
  type FeatureBatch,
  joinBatches,
  type LoadableImage,
  type SkippedImage,
} from './activations/extract-features.ts';
export { cropImage, flipImage, rotateImage, shiftImage } from './activations/image.ts';
export { type ImageSample, parseImageList } from './activations/image-list.ts';
export {
  type GraphTensor,
  type Layer,
  lastSpatialLayer,
  layersByDepth,
  leadingTokens,
  listGraphTensors,
  openTapped,
  probeLayers,
} from './activations/layers.ts';
export * from './activations/near-duplicates.ts';
export * from './activations/picture-fingerprint.ts';
export {
  checkPreprocessing,
  defaultPreprocessing,
  fitImage,
  IMAGENET_MEAN,
  IMAGENET_STD,
  normaliseImage,
  type Preprocessing,
  parsePreprocessing,
} from './activations/preprocess.ts';
export { type Interpolation, resizeImage } from './activations/resize.ts';
export { openRowProducts, type RuntimeRowProducts } from './activations/row-products.ts';
export {
  type ModelInput,
  type ModelSession,
  type NamedRuntime,
  type OnnxRuntime,
  type OnnxSession,
  openSession,
} from './activations/runtime.ts';
export { tapGraph } from './activations/tap-graph.ts';
export { analyseClasses, type ClassesResult } from './analyses/classes/analyse-classes.ts';
export type { ClassesOptions, ClassModelInput, ReferenceRequest } from './analyses/classes/options.ts';
export type { LabelsRequest } from './analyses/classes/row-classes.ts';
export { type ClassFolders, matchClassFolders, type NamedClass } from './analyses/common/class-folders.ts';
export type { ClassPicture, PicturesRequest } from './analyses/common/picture-options.ts';
export * from './analyses/concepts/index.ts';
export { analyseInvariance, type InvarianceOptions } from './analyses/representations/analyse-invariance.ts';
export {
  analyseRepresentations,
  type RepresentationsResult,
} from './analyses/representations/analyse-representations.ts';
export type {
  ImageInput,
  RepresentationModelInput,
  RepresentationsOptions,
  RepresentationsPlatform,
} from './analyses/representations/options.ts';
export { analyseTraining, type TrainingResult } from './analyses/training/analyse-training.ts';
export { type EpochRecord, PER_CLASS_COLUMNS } from './analyses/training/epoch-record.ts';
export type { TrainingOptions, TrainingRunInput } from './analyses/training/options.ts';
export type { RunProblem } from './analyses/training/scan-run.ts';
export { type ByteSource, blobSource, memorySource } from './base/bytes/byte-source.ts';
export * from './base/errors.ts';
export type { LongTask, Progress } from './base/progress.ts';
export { sha256Hex } from './base/sha256.ts';
export { VERSION } from './base/version.ts';
export { type ClusterOrder, type ClusterOrderOptions, clusterOrder } from './clustering/cluster-order.ts';
export { copheneticDistances, type DendrogramMerge, dendrogram, leafOrder } from './clustering/dendrogram.ts';
export { averageLinkage, type Linkage } from './clustering/linkage.ts';
export { optimalLeafOrder } from './clustering/optimal-leaf-order.ts';
export { inProcessPool, type RunTasksOptions, runTasks, type TaskPool } from './engine/task-pool.ts';
export { decodeJsonl, encodeJsonl } from './formats/jsonl/jsonl.ts';
export { encodeHalfNpy, encodeNpy, type NpyArray } from './formats/npy/write-npy.ts';
export { encodeSafetensors, type WrittenDType, type WrittenTensor } from './formats/safetensors/write-safetensors.ts';
export * from './kernels/column-products/column-products.ts';
export { crossGram, type GramOptions, gram } from './kernels/gram/gram.ts';
export { type KernelOptions, type KernelTier, kernelTier } from './kernels/shared/wasm-kernel.ts';
export {
  ALIGNMENT_MEASURES,
  type AlignmentKind,
  type AlignmentMeasure,
  type AlignmentResult,
  type MeasureValues,
  nsad,
  ssad,
} from './measures/class-similarity/alignment.ts';
export {
  type BootstrapDraws,
  type BootstrapOptions,
  type BootstrapResult,
  bootstrapAlignment,
  type Interval,
  type PairedDifference,
  pairedDifference,
  percentileInterval,
} from './measures/class-similarity/bootstrap.ts';
export {
  type ChanceLevel,
  type ChanceOptions,
  type ChanceResult,
  chanceLevel,
} from './measures/class-similarity/chance.ts';
export { type ClosestPair, type ClosestPairsOptions, closestPairs } from './measures/class-similarity/closest-pairs.ts';
export {
  type LargeSimilarity,
  type LargeSimilarityOptions,
  type LevelledReference,
  largeSimilarity,
} from './measures/class-similarity/large-similarity.ts';
export { type MantelOptions, type MantelResult, mantelTest } from './measures/class-similarity/mantel.ts';
export {
  type Neighbour,
  nearestNeighbour,
  neighbourRank,
  neighbours,
  neighboursInRow,
  rankInRow,
} from './measures/class-similarity/neighbours.ts';
export {
  type AccuracyBand,
  parseAccuracyBand,
  type RankedModel,
  rankAtAccuracy,
} from './measures/class-similarity/population/at-accuracy.ts';
export { type FamilyContrast, familyContrast } from './measures/class-similarity/population/family-contrast.ts';
export { type Histogram, histogram } from './measures/class-similarity/population/histogram.ts';
export { type PairPopularity, pairPopularity } from './measures/class-similarity/population/pair-popularity.ts';
export {
  correlateWithTrait,
  type TraitCoefficient,
  type TraitCorrelation,
} from './measures/class-similarity/population/trait-correlation.ts';
export {
  missingClasses,
  onSharedClasses,
  type PreparedSimilarity,
  type PrepareOptions,
  prepareSimilarity,
} from './measures/class-similarity/prepared-similarity.ts';
export {
  type DifferentPair,
  mostDifferentPairs,
  rankDifference,
  similarityRanks,
} from './measures/class-similarity/rank-difference.ts';
export { alignClasses, type ClassIdentity, type SharedClasses } from './measures/class-similarity/shared-classes.ts';
export { type FeatureCka, featureCka } from './measures/concepts/data/feature-cka.ts';
export * from './measures/concepts/index.ts';
export * from './measures/representations/index.ts';
export * from './measures/training/alignment-index.ts';
export {
  type ConfusionSimilarity,
  type ConfusionSummary,
  confusionCounts,
  confusionSimilarityMatrix,
} from './measures/training/confusion.ts';
export { collectCurves, curveNamed, type TrainingCurves } from './measures/training/curves.ts';
export * from './measures/training/early-warnings.ts';
export { epochCurves } from './measures/training/epoch-curves.ts';
export * from './measures/training/epoch-measures.ts';
export * from './measures/training/inverse-dissimilarity.ts';
export { type LearningRateChange, learningRateChanges } from './measures/training/learning-rate.ts';
export { MISTAKE_COLUMNS, mistakeTable } from './measures/training/mistake-table.ts';
export * from './measures/training/neighbour-history.ts';
export * from './measures/training/phases.ts';
export { NAMED_PAIRS, pairNamed, type SimilarityName } from './measures/training/similarity-pairs.ts';
export * from './measures/training/split-templates.ts';
export * from './measures/training/thresholds.ts';
export * from './measures/training/typicality.ts';
export * from './measures/training/weights-similarity-index.ts';
export { detectHead } from './model-files/head/detect-head.ts';
export type { DetectHeadOptions, HeadChoice, HeadTemplates, RejectedHead } from './model-files/head/head-choice.ts';
export type {
  GraphHead,
  GraphStop,
  LinearLayer,
  ModelFile,
  ModelFormatName,
  TensorEntry,
} from './model-files/model-file.ts';
export { detectFormat, openModel } from './model-files/open-model.ts';
export type { Fetch, HttpOptions } from './model-files/remote/http-request.ts';
export { type HttpSourceOptions, httpSource } from './model-files/remote/http-source.ts';
export { type HubReference, isHubReference, parseHubReference } from './model-files/remote/hub-reference.ts';
export {
  chooseModelFile,
  HUB_ENDPOINT,
  type HubFile,
  type HubOptions,
  hubSource,
  listHubFiles,
} from './model-files/remote/hub-source.ts';
export type { RangeCache } from './model-files/remote/range-cache.ts';
export type { RunContext, RunEpoch, RunSplit, RunTemplates } from './runs/epoch-data.ts';
export { epochNumbers } from './runs/epoch-number.ts';
export { type EpochFiles, listRun, type RunListing, type RunSplitName } from './runs/list-run.ts';
export * from './runs/logging/run-writer.ts';
export * from './runs/logging/tfjs-callback.ts';
export { readSquareMatrix } from './runs/matrix-file.ts';
export { type Predictions, readPredictions } from './runs/predictions-file.ts';
export { countEpochClasses, readRunEpoch } from './runs/run-epoch.ts';
export { memoryRunFolder, type RunFile, type RunFolder } from './runs/run-folder.ts';
export {
  type EpochLog,
  type RunInfo,
  readMetrics,
  readRunInfo,
  readSamples,
  type SamplePaths,
} from './runs/run-log.ts';
export { type SettledFiles, settledFiles, settledRunFolder } from './runs/run-watch.ts';
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
export { type ExplainPairInput, explainPair, type PairExplanation } from './semantics/relations/explain-pair.ts';
export { RELATION_KINDS, type Relation, type RelationKind } from './semantics/relations/relation.ts';
export {
  type RelationFinder,
  type RelationOptions,
  relationFinder,
  relationsBetween,
} from './semantics/relations/relations-between.ts';
export {
  SEMANTIC_MEASURES,
  type SemanticMeasure,
  type SemanticSimilarityOptions,
  semanticSimilarityMatrix,
  semanticSimilarityRows,
} from './semantics/semantic-similarity.ts';
export { shortNames } from './semantics/short-names.ts';
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
export { type ExcerptSynset, wordnetExcerpt } from './semantics/wordnet-excerpt.ts';
export { groupsAtLevel, type WordNetGroup, type WordNetOrder, wordnetOrder } from './semantics/wordnet-order.ts';
export { type SimilarityRow, wuPalmer, wuPalmerNltk } from './semantics/wu-palmer.ts';
export { type BootstrapInterval, bootstrapMean, type MeanBootstrapOptions } from './statistics/bootstrap.ts';
export {
  type BrokenLine,
  type BrokenLineOptions,
  type BrokenLineSegment,
  fitBrokenLine,
} from './statistics/broken-line.ts';
export { type ContingencyTable, kendallOfTable, spearmanOfTable } from './statistics/contingency.ts';
export { type CosineMatrixOptions, cosineSimilarityMatrix, type SimilarityMatrix } from './statistics/cosine-matrix.ts';
export { pointDensity } from './statistics/density.ts';
export { kendall, kendallOfRanks } from './statistics/kendall.ts';
export { pearson } from './statistics/pearson.ts';
export { type PermutationSums, permutationMoments, permutationSums } from './statistics/permutation-moments.ts';
export {
  type PermutationTestOptions,
  type PermutationTestResult,
  permutationTest,
} from './statistics/permutation-test.ts';
export { median, quantile, quantileInPlace, selectInPlace } from './statistics/quantile.ts';
export { createRandom, type Random } from './statistics/random.ts';
export { averageRanks, MAX_RANKED_VALUES, prepareRanks, type RankVector } from './statistics/ranks.ts';
export { type Separation, separation } from './statistics/separation.ts';
export { spearman, spearmanOfRanks } from './statistics/spearman.ts';
export { type StructuralSimilarityOptions, structuralSimilarity } from './statistics/structural-similarity.ts';
export * from './study/classes-section.ts';
export * from './study/concept-notes.ts';
export * from './study/concepts-section.ts';
export {
  type DisplayMatrix,
  decodeDisplayMatrix,
  displayValue,
  encodeDisplayMatrix,
  quantiseMatrix,
} from './study/display-matrix.ts';
export { embeddedStore, embedStudyFile } from './study/embedded-study.ts';
export * from './study/manifest.ts';
export { packStudyFile, unpackStudyFile } from './study/packed-file.ts';
export type { DuplicateRow, PicturesSection, TileRow } from './study/pictures-section.ts';
export * from './study/population-section.ts';
export {
  decodeNpyMatrix,
  parseManifest,
  readManifest,
  readStudyFile,
  readStudyJson,
  readStudyMatrix,
  readStudyTable,
} from './study/read-study.ts';
export type {
  ImageRow,
  InvarianceResult,
  LayerComparison,
  LayerDifference,
  MatchRow,
  PairFeaturesEntry,
  RepresentationLayerEntry,
  RepresentationModelEntry,
  RepresentationsSection,
  RetrievalEntry,
} from './study/representations-section.ts';
export { memoryStore, type StudyStore } from './study/store.ts';
export { isStudyPath } from './study/study-path.ts';
export type { EpochMatrices, PhasesEntry, TrainingRunEntry, TrainingSection } from './study/training-section.ts';
export type { DType } from './tensor/dtype.ts';
export { type Matrix, type Matrix32, type Matrix64, row, select, upperTriangle } from './tensor/matrix.ts';
export type { RgbImage } from './tensor/rgb-image.ts';
export { toShared } from './tensor/shared.ts';
export { elementCount, formatShape, type Tensor } from './tensor/tensor.ts';
