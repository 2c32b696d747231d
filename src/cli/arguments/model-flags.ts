import type { ModelArgument, ModelFlags } from './per-model.ts';
import { PREPROCESSING_FLAGS } from './preprocessing-flags.ts';

const WEIGHTS_FLAG = {
  value: '<raw|ema>',
  help: 'the trained weights or their moving average, where a file has both (default: raw)',
};

/** The flags of one training run. */
export const RUN_FLAGS = {
  labels: { value: '<set|file>', help: 'what the classes are; by default what run.json says' },
  head: { value: '<tensor>', help: 'which tensor is the head of plain checkpoints, where it is not clear' },
  weights: WEIGHTS_FLAG,
  name: { value: '<name>', help: 'name of the run in reports' },
  templates: {
    value: '<dir>',
    help: 'run ONNX checkpoints on labelled pictures: predictions and class templates of a test split',
  },
  'template-layer': { value: '<name>', help: 'the layer of --templates (default: what the classifier reads)' },
  ...PREPROCESSING_FLAGS,
} as const satisfies ModelFlags;

/** A training run of the command line. */
export type RunArgument = ModelArgument<typeof RUN_FLAGS>;

/** The flags of one model of `semblance classes`, which may also be run for class templates. */
export const CLASS_MODEL_FLAGS = {
  labels: { value: '<set|file>', help: 'what the rows of the head are: a shipped set, or a file of names or ids' },
  head: { value: '<tensor|none>', help: 'which tensor is the head, where it is not clear; none for no classifier' },
  weights: WEIGHTS_FLAG,
  anchor: { value: '<n>', help: 'of a detector, the class rows of this anchor, from 1 (default: the mean of all)' },
  name: { value: '<name>', help: 'name of the model in reports' },
  templates: {
    value: '<dir|features>',
    help: 'class templates from the mean features of labelled pictures (TNCSM) too',
  },
  'template-layer': { value: '<name>', help: 'the layer of --templates (default: what the classifier reads)' },
  ...PREPROCESSING_FLAGS,
} as const satisfies ModelFlags;

/** A model of `semblance classes`. */
export type ClassModelArgument = ModelArgument<typeof CLASS_MODEL_FLAGS>;
