/**
 * Semblance, the isomorphic library: everything here runs in Node and in browsers. `semblance/node` adds what needs a
 * file system.
 */
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
export {
  type Neighbour,
  nearestNeighbour,
  neighbourRank,
  neighbours,
  rankInRow,
} from './class-similarity/neighbours.ts';
export {
  missingClasses,
  onSharedClasses,
  type PreparedSimilarity,
  type PrepareOptions,
  prepareSimilarity,
} from './class-similarity/prepared-similarity.ts';
export {
  type DifferentPair,
  mostDifferentPairs,
  rankDifference,
  similarityRanks,
} from './class-similarity/rank-difference.ts';
export * from './errors.ts';
export { crossGram, gram } from './kernels/gram.ts';
export { type KernelOptions, type KernelTier, kernelTier } from './kernels/wasm-kernel.ts';
export { type ByteSource, blobSource, memorySource } from './model-files/byte-source.ts';
export type { GraphHead, ModelFile, ModelFormatName, TensorEntry } from './model-files/model-file.ts';
export { detectFormat, openModel } from './model-files/open-model.ts';
export type { LongTask, Progress } from './progress.ts';
export { type Ancestors, ancestorsOf, depthOf, pathsToRoot } from './semantics/ancestors.ts';
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
export { type CosineMatrixOptions, cosineSimilarityMatrix, type SimilarityMatrix } from './statistics/cosine-matrix.ts';
export { kendall, kendallOfRanks } from './statistics/kendall.ts';
export { pearson } from './statistics/pearson.ts';
export { createRandom, type Random } from './statistics/random.ts';
export { averageRanks, MAX_RANKED_VALUES, prepareRanks, type RankVector } from './statistics/ranks.ts';
export { spearman, spearmanOfRanks } from './statistics/spearman.ts';
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
export { elementCount, formatShape, type Tensor } from './tensor/tensor.ts';
