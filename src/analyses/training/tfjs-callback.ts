import { UsageError } from '../../errors.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';
import type { LoggedSplit, RunLogger } from './run-logger.ts';

/** The parts of a TensorFlow.js tensor that are used. */
interface TfTensor {
  shape: number[];
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

/** The parts of a TensorFlow.js layer that are used. */
interface TfLayer {
  name: string;
  getWeights(): TfTensor[];
  input: unknown;
}

/** The parts of a TensorFlow.js layers model that are used. */
interface TfModel {
  layers: TfLayer[];
  inputs: unknown[];
  outputs: unknown[];
}

/** The parts of the TensorFlow.js library that are used. */
interface TfLibrary {
  model(config: { inputs: never; outputs: never }): {
    predict(inputs: never, options: { batchSize: number }): unknown;
  };
}

/** Inputs as the model takes them and the class of each sample. */
export interface TfSplit {
  inputs: unknown;
  /** Class indices, one a sample. */
  targets: ArrayLike<number>;
}

export interface TfjsCallbackOptions {
  /** The library that made the model: `import * as tf from '@tensorflow/tfjs'`. */
  tf: unknown;
  model: unknown;
  test: TfSplit;
  train?: TfSplit;
  /** Name of the classifier layer; by default the last layer that has weights. */
  head?: string;
  batchSize?: number;
  /** The learning rate, where it is known; it is asked for after every epoch. */
  learningRate?: () => number;
}

/** What `model.fit` of TensorFlow.js takes as `callbacks`. */
export interface TfjsCallback {
  onTrainBegin(): Promise<void>;
  onEpochEnd(epoch: number, logs?: Record<string, number>): Promise<void>;
}

/**
 * A callback for TensorFlow.js that logs each epoch of a layers model: `model.fit(x, y, { callbacks })`. Epoch 0 is the
 * untrained network. The model is cut open before its classifier layer, so that one pass gives features and scores.
 * Types are structural: no TensorFlow.js comes with this package.
 * @throws UsageError when there is no layer with weights, or none of the name given.
 */
export function tfjsRunCallback(logger: RunLogger, options: TfjsCallbackOptions): TfjsCallback {
  const { test, train, batchSize = 32, learningRate } = options;
  const tf = options.tf as TfLibrary;
  const model = options.model as TfModel;
  const head = findHead(model, options.head);
  const cut = tf.model({ inputs: model.inputs as never, outputs: [head.input, model.outputs[0]] as never });

  const runSplit = async ({ inputs, targets }: TfSplit): Promise<LoggedSplit> => {
    const [features, scores] = cut.predict(inputs as never, { batchSize }) as [TfTensor, TfTensor];
    try {
      const rows = features.shape[0]!;
      const data = Float32Array.from(await features.data());
      return {
        target: targets,
        prediction: largestOf(await scores.data(), rows),
        features: { rows, cols: data.length / rows, data },
      };
    } finally {
      features.dispose();
      scores.dispose();
    }
  };
  const log = async (epoch: number, metrics: Record<string, number>) => {
    const [kernel, bias] = head.getWeights();
    await logger.log({
      epoch,
      head: transposed(kernel!.shape, await kernel!.data()),
      ...(bias ? { bias: await bias.data() } : {}),
      test: await runSplit(test),
      ...(train ? { train: await runSplit(train) } : {}),
      metrics: learningRate ? { ...metrics, lr: learningRate() } : metrics,
    });
  };
  return {
    onTrainBegin: () => log(0, {}),
    onEpochEnd: (epoch, logs = {}) => {
      const { loss, val_loss: valLoss } = logs;
      return log(epoch + 1, { ...(loss === undefined ? {} : { loss }), ...(valLoss === undefined ? {} : { valLoss }) });
    },
  };
}

function findHead(model: TfModel, name: string | undefined): TfLayer {
  const found =
    name === undefined
      ? model.layers.findLast((layer) => layer.getWeights().length > 0)
      : model.layers.find((layer) => layer.name === name);
  if (!found)
    throw new UsageError(
      name === undefined
        ? 'The model has no layer with weights that could be its classifier.'
        : `The model has no layer ${JSON.stringify(name)}; it has ${model.layers.map((layer) => layer.name).join(', ')}.`,
    );
  return found;
}

/** A dense kernel D×C, or that of a 1×1 convolution, as class templates C×D. */
function transposed(shape: readonly number[], kernel: ArrayLike<number>): Matrix32 {
  const rows = shape.at(-1)!;
  const cols = kernel.length / rows;
  const data = new Float32Array(kernel.length);
  for (let d = 0; d < cols; d++) for (let c = 0; c < rows; c++) data[c * cols + d] = kernel[d * rows + c]!;
  return { rows, cols, data };
}

function largestOf(scores: ArrayLike<number>, rows: number): Uint32Array {
  const classes = scores.length / rows;
  return Uint32Array.from({ length: rows }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[i * classes + c]! > scores[i * classes + best]!) best = c;
    return best;
  });
}
