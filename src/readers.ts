/** The readers of model files alone, for those who want nothing else: they load in a fraction of the memory. */
export { type ByteSource, blobSource, memorySource } from './base/bytes/byte-source.ts';
export { detectHead } from './model-files/head/detect-head.ts';
export type { DetectHeadOptions, HeadChoice, HeadTemplates, RejectedHead } from './model-files/head/head-choice.ts';
export type { GraphHead, ModelFile, ModelFormatName, TensorEntry } from './model-files/model-file.ts';
export { detectFormat, openModel } from './model-files/open-model.ts';
