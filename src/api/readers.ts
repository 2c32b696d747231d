/**
 * Readers of model files: tensors of every supported format, and the classifier head among them.
 *
 * @module
 */

export { encodeNpy } from '../formats/npy/write-npy.ts';
export { encodeSafetensors } from '../formats/safetensors/write-safetensors.ts';
export { detectHead } from '../model-files/head/detect-head.ts';
export type { DetectHeadOptions, HeadChoice } from '../model-files/head/head-choice.ts';
export type { ModelFile, ModelFormatName, TensorEntry } from '../model-files/model-file.ts';
export { detectFormat, openModel } from '../model-files/open-model.ts';
