/**
 * Semblance, the isomorphic library: everything here runs in Node and in browsers. `semblance/node` adds what needs a
 * file system.
 */
export {
  type DifferentPair,
  mostDifferentPairs,
  rankDifference,
  similarityRanks,
} from './class-similarity/rank-difference.ts';
export * from './errors.ts';
export { type ByteSource, blobSource, memorySource } from './model-files/byte-source.ts';
export type { GraphHead, ModelFile, ModelFormatName, TensorEntry } from './model-files/model-file.ts';
export { detectFormat, openModel } from './model-files/open-model.ts';
export type { LongTask, Progress } from './progress.ts';
export { sha256Hex } from './sha256.ts';
export { createRandom, type Random } from './statistics/random.ts';
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
