import { UsageError } from '../../base/errors.ts';
import type { StudyStore } from '../../study/store.ts';
import type { Matrix32 } from '../../tensor/matrix.ts';
import { formatShape } from '../../tensor/tensor.ts';
import { type LoggedSplit, openRunWriter, type RunWriter, type RunWriterOptions } from './run-writer.ts';

/** The part of a TF.js tensor that is used. */
export interface TfjsTensor {
  shape: number[];
  data(): Promise<ArrayLike<number>>;
  dispose?(): void;
}

/** The part of a TF.js layer that is used. */
export interface TfjsLayer {
  name: string;
  input: unknown;
  getWeights(): TfjsTensor[];
}

/** The part of a TF.js layers model that is used. */
export interface TfjsModel {
  name: string;
  inputs: unknown;
  layers: TfjsLayer[];
}

/** The part of TF.js that is used: `tf.model` makes the network up to its head. */
export interface Tfjs {
  model(config: { inputs: unknown; outputs: unknown }): {
    predict(inputs: unknown, options?: { batchSize?: number }): TfjsTensor | TfjsTensor[];
  };
}

/** Samples to run after each epoch: the model's inputs and the class index of each. */
export interface TfjsSamples {
  inputs: unknown;
  target: ArrayLike<number>;
}

/** What one logged epoch cost, in seconds. */
export interface LoggingCost {
  epoch: number;
  /** Means, cosines and files. */
  loggingSeconds: number;
  /** Running the network over the samples. */
  evaluationSeconds: number;
  /** The epoch itself, without the two. */
  epochSeconds: number;
}

export interface TfjsCallbackOptions extends RunWriterOptions {
  test?: TfjsSamples;
  train?: TfjsSamples;
  /** Name of the classifier layer; default the last one with a kernel [D, C] (with as many outputs as labels). */
  head?: string;
  /** Samples a forward pass. */
  batchSize?: number;
  /** Told after each epoch; default prints one line to the console. */
  onLogged?: (cost: LoggingCost) => void;
}

/** What `model.fit` calls; pass it as `callbacks`. */
export interface TfjsCallback {
  onTrainBegin(): Promise<void>;
  onEpochBegin(epoch: number): Promise<void>;
  onEpochEnd(epoch: number, logs?: Readonly<Record<string, number>>): Promise<void>;
}

/**
 * A callback for `model.fit` of TF.js that logs the run: after each epoch the network is run up to its head over `test`
 * and `train`, and head, predictions, class templates and metrics are written to the store. TF.js counts epochs from 0;
 * they are written from 1, and 0 is the untrained network, written before the first epoch. A resumed run continues the
 * count: pass `initialEpoch` to `fit` as usual.
 * @param tf the TF.js library (`import * as tf from '@tensorflow/tfjs'`), of which only `tf.model` is used
 * @param store where to write: `folderStore(path)` in Node, `memoryStore()` in the browser
 * @throws UsageError (from the hooks) when the model has no such head or a target is no class; those of `openRunWriter`.
 */
export function tfjsCallback(
  tf: Tfjs,
  model: TfjsModel,
  store: StudyStore,
  options: TfjsCallbackOptions = {},
): TfjsCallback {
  const { batchSize = 128, onLogged = printCost } = options;
  let writer: RunWriter | undefined;
  let extractor: ReturnType<Tfjs['model']> | undefined;
  let started = performance.now();

  /** n×D inputs of the head; feature maps stand for their mean over the positions. */
  const featuresOf = async (layer: TfjsLayer, inputs: unknown): Promise<Matrix32> => {
    extractor ??= tf.model({ inputs: model.inputs, outputs: layer.input });
    const output = extractor.predict(inputs, { batchSize });
    if (Array.isArray(output)) throw new UsageError(`${layer.name}: the head has ${output.length} inputs, not one.`);
    const values = await output.data();
    output.dispose?.();
    const rows = output.shape[0]!;
    const cols = output.shape.at(-1)!;
    return { rows, cols, data: meanOverPositions(values, rows, cols) };
  };

  const log = async (epoch: number, logs: Readonly<Record<string, number>>): Promise<void> => {
    const ended = performance.now();
    const { layer, kernel, bias } = await readHead(findHead(model, options));
    const features: Partial<Record<'test' | 'train', Matrix32>> = {};
    for (const split of ['test', 'train'] as const) {
      const samples = options[split];
      if (samples) features[split] = await featuresOf(layer, samples.inputs);
    }
    const evaluated = performance.now();
    const splits: Partial<Record<'test' | 'train', LoggedSplit>> = {};
    for (const split of ['test', 'train'] as const) {
      const found = features[split];
      if (found)
        splits[split] = {
          target: options[split]!.target,
          prediction: predictions(found, kernel, bias),
          features: found,
        };
    }
    const epochSeconds = (ended - started) / 1000;
    const evaluationSeconds = (evaluated - ended) / 1000;
    await writer!.writeEpoch({
      epoch,
      head: transposed(kernel),
      ...(bias ? { bias } : {}),
      ...splits,
      metrics: {
        loss: logs.loss,
        valLoss: logs.val_loss,
        lr: learningRate(model),
        epochSeconds: epoch === 0 ? null : epochSeconds,
        evaluationSeconds,
      },
    });
    onLogged({ epoch, loggingSeconds: (performance.now() - evaluated) / 1000, evaluationSeconds, epochSeconds });
    started = performance.now();
  };

  return {
    async onTrainBegin() {
      writer ??= await openRunWriter(store, { model: model.name, createdBy: 'semblance (TF.js)', ...options });
      started = performance.now();
      if (writer.nextEpoch() === 0) await log(0, {});
    },
    async onEpochBegin() {
      started = performance.now();
    },
    onEpochEnd: (epoch, logs = {}) => log(epoch + 1, logs),
  };
}

function findHead(model: TfjsModel, { head, labels }: TfjsCallbackOptions): TfjsLayer {
  const linear = model.layers.filter((layer) => isLinear(layer.getWeights()[0]?.shape));
  const outputs = (layer: TfjsLayer) => layer.getWeights()[0]!.shape.at(-1);
  const fitting = linear.filter((layer) =>
    head !== undefined ? layer.name === head : !labels || outputs(layer) === labels.length,
  );
  const found = fitting.at(-1);
  if (found) return found;
  const wanted = head !== undefined ? `named ${head}` : labels ? `with ${labels.length} outputs` : '';
  throw new UsageError(`${model.name}: has no dense layer ${wanted} that could be its classifier.`, {
    hint: `Its dense layers: ${linear.map((layer) => `${layer.name} (${outputs(layer)})`).join(', ') || 'none'}.`,
  });
}

/** A dense kernel [D, C], or that of a 1×1 convolution [1, 1, D, C]. */
function isLinear(shape: readonly number[] | undefined): boolean {
  return shape?.length === 2 || (shape?.length === 4 && shape[0] === 1 && shape[1] === 1);
}

async function readHead(layer: TfjsLayer) {
  const [weight, bias] = layer.getWeights();
  const kernel: Matrix32 = {
    rows: weight!.shape.at(-2)!,
    cols: weight!.shape.at(-1)!,
    data: Float32Array.from(await weight!.data()),
  };
  return { layer, kernel, bias: bias && Float32Array.from(await bias.data()) };
}

function meanOverPositions(values: ArrayLike<number>, rows: number, cols: number): Float32Array {
  const positions = values.length / (rows * cols);
  if (!Number.isInteger(positions))
    throw new UsageError(`${values.length} features are no ${formatShape([rows, cols])} matrix.`);
  const data = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let d = 0; d < cols; d++) {
      let sum = 0;
      for (let p = 0; p < positions; p++) sum += values[(i * positions + p) * cols + d]!;
      data[i * cols + d] = sum / positions;
    }
  return data;
}

/** The class with the highest score of each sample: features · kernel + bias. */
function predictions(features: Matrix32, kernel: Matrix32, bias: Float32Array | undefined): Uint32Array {
  if (features.cols !== kernel.rows)
    throw new UsageError(`The head takes ${kernel.rows} features, but its input has ${features.cols}.`);
  const scores = new Float64Array(kernel.cols);
  return Uint32Array.from({ length: features.rows }, (_, i) => {
    for (let c = 0; c < kernel.cols; c++) scores[c] = bias ? bias[c]! : 0;
    for (let d = 0; d < kernel.rows; d++) {
      const value = features.data[i * features.cols + d]!;
      for (let c = 0; c < kernel.cols; c++) scores[c]! += value * kernel.data[d * kernel.cols + c]!;
    }
    let best = 0;
    for (let c = 1; c < kernel.cols; c++) if (scores[c]! > scores[best]!) best = c;
    return best;
  });
}

function transposed({ rows, cols, data }: Matrix32): Matrix32 {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!;
  return { rows: cols, cols: rows, data: out };
}

/** TF.js optimizers keep their rate in a field that its types hide. */
function learningRate(model: object): number | null {
  const rate = (model as { optimizer?: { learningRate?: unknown } }).optimizer?.learningRate;
  return typeof rate === 'number' ? rate : null;
}

function printCost({ epoch, loggingSeconds, evaluationSeconds, epochSeconds }: LoggingCost): void {
  const total = epochSeconds + evaluationSeconds + loggingSeconds;
  console.info(
    `semblance: epoch ${epoch}: logging cost ${loggingSeconds.toFixed(4)} s of ${total.toFixed(2)} s ` +
      `(${((100 * loggingSeconds) / total).toFixed(2)} %), running the network for it ${evaluationSeconds.toFixed(2)} s`,
  );
}
