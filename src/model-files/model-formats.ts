import { caffeFormat } from './caffe/caffe.ts';
import { coremlFormat } from './coreml/coreml.ts';
import { darknetFormat } from './darknet/darknet.ts';
import { flaxFormat } from './flax/flax.ts';
import { kerasFormat, kerasH5Format } from './keras/keras.ts';
import { matlabFormat } from './matlab/matlab.ts';
import type { ModelFormat, ModelFormatName } from './model-file.ts';
import { mxnetFormat } from './mxnet/mxnet.ts';
import { npyFormat } from './npy.ts';
import { npzFormat } from './npz.ts';
import { onnxFormat } from './onnx/onnx.ts';
import { openvinoFormat } from './openvino/openvino.ts';
import { pytorchFormat } from './pytorch/pytorch.ts';
import { safetensorsFormat } from './safetensors.ts';
import { type ShardIndexFormat, shardIndexFormat } from './shard-index.ts';
import { checkpointFormat } from './tensorflow/checkpoint.ts';
import { frozenGraphFormat } from './tensorflow/frozen-graph.ts';
import { savedModelFormat } from './tensorflow/saved-model.ts';
import { tfjsFormat } from './tfjs/tfjs.ts';
import { tfliteFormat } from './tflite/tflite.ts';

/** Every format we read, in the order they are asked; those with a magic number come before those without. */
export const MODEL_FORMATS: readonly ModelFormat[] = [
  npyFormat,
  mxnetFormat,
  matlabFormat,
  tfliteFormat,
  kerasH5Format,
  npzFormat,
  kerasFormat,
  tfjsFormat,
  // Before PyTorch: a header of 640 bytes begins like a pickle.
  safetensorsFormat,
  pytorchFormat,
  openvinoFormat,
  savedModelFormat,
  frozenGraphFormat,
  checkpointFormat,
  coremlFormat,
  onnxFormat,
  caffeFormat,
  flaxFormat,
  darknetFormat,
];

/** The index of a checkpoint in several files. It is asked first, since it is told by its text. */
export const SHARD_INDEX: ShardIndexFormat = shardIndexFormat([safetensorsFormat, pytorchFormat, flaxFormat]);

/** The record of a format. */
export function modelFormat(name: ModelFormatName): ModelFormat {
  return MODEL_FORMATS.find((format) => format.name === name)!;
}

/** Endings of the files that models are kept in, such as ".pth"; the index of shards is not a model by itself. */
export const MODEL_EXTENSIONS: readonly string[] = MODEL_FORMATS.flatMap(({ extensions }) => extensions);

/** Whether a file may be a model by its name alone: by its ending, or as one of the names such as "model.json". */
export function hasModelName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return (
    MODEL_FORMATS.some(({ fileNames }) => fileNames?.includes(name)) ||
    [...MODEL_EXTENSIONS, ...SHARD_INDEX.extensions].some((ending) => name.endsWith(ending))
  );
}

/** How repositories on the hub name their models, the name to take first standing first. */
export const HUB_NAMES: readonly RegExp[] = MODEL_FORMATS.flatMap(({ hub }) => hub ?? [])
  .sort((a, b) => a.rank - b.rank)
  .flatMap(({ names }) => names);
