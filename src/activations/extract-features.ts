import { FormatError, SemblanceError, UnsupportedError } from '../base/errors.ts';
import type { LongTask } from '../base/progress.ts';
import { sha256Hex } from '../base/sha256.ts';
import type { RgbImage } from '../tensor/rgb-image.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { inputShape } from './layers.ts';
import { fitImage, normaliseImage, type Preprocessing } from './preprocess.ts';
import type { ModelSession } from './runtime.ts';

/** A picture that can be loaded when it is needed. */
export interface LoadableImage {
  name: string;
  /** The bytes of the file, or the picture itself. */
  load(): Promise<Uint8Array | RgbImage>;
}

export interface ExtractOptions extends LongTask {
  preprocessing: Preprocessing;
  /** Outputs to keep; default all outputs of the session. */
  outputs?: readonly string[];
  /** Pictures run at once; default 16, or 1 where the model insists on it. */
  batchSize?: number;
  /** Turns bytes into a picture; needed where `load` gives bytes. */
  decode?: (bytes: Uint8Array, name: string) => Promise<RgbImage>;
  /** Changes the picture after it was fitted to the network (a shift, a flip …). */
  transform?: (image: RgbImage) => RgbImage;
  /** Give back the list of pictures left out even where that is all of them. Default false: throw. */
  allowNone?: boolean;
}

/** A batch of results, in the order of the pictures. */
export interface FeatureBatch {
  /** Index of each picture in the list that was given. */
  indices: number[];
  /** SHA-256 of each picture's bytes, or of its pixels where no bytes were given. */
  sha256: string[];
  /** Batch × whatever the layer has. */
  outputs: Map<string, Tensor>;
}

export interface SkippedImage {
  name: string;
  reason: string;
}

/**
 * Runs pictures through a model, batch by batch. A picture that cannot be decoded is left out and reported by name; memory
 * holds one batch.
 *
 * @returns the pictures left out.
 * @throws UnsupportedError if the preprocessing does not fit the model's input; FormatError if no picture can be decoded;
 * the signal's reason when aborted.
 */
export async function extractFeatures(
  session: ModelSession,
  images: readonly LoadableImage[],
  onBatch: (batch: FeatureBatch) => void | Promise<void>,
  options: ExtractOptions,
): Promise<SkippedImage[]> {
  const { outputs = session.outputs, signal, onProgress } = options;
  const batchSize = session.input.shape?.[0] ?? options.batchSize ?? 16;
  const skipped: SkippedImage[] = [];
  let batch: { index: number; sha256: string; image: RgbImage }[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const found = await runBatch(
      session,
      batch.map(({ image }) => image),
      batchSize,
      outputs,
      options.preprocessing,
    );
    await onBatch({
      indices: batch.map(({ index }) => index),
      sha256: batch.map(({ sha256 }) => sha256),
      outputs: found,
    });
    batch = [];
  };
  for (const [index, source] of images.entries()) {
    signal?.throwIfAborted();
    try {
      batch.push({ index, ...(await prepare(source, options)) });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      skipped.push({ name: source.name, reason: error.message });
    }
    if (batch.length === batchSize) await flush();
    onProgress?.({ task: 'running the model', done: index + 1, total: images.length, unit: 'images' });
  }
  await flush();
  if (skipped.length === images.length && skipped.length > 0 && !options.allowNone)
    throw new FormatError(`None of ${images.length} images could be decoded; the first: ${skipped[0]!.reason}`);
  return skipped;
}

async function prepare(source: LoadableImage, options: ExtractOptions): Promise<{ sha256: string; image: RgbImage }> {
  const loaded = await source.load();
  const isBytes = loaded instanceof Uint8Array;
  if (isBytes && !options.decode)
    throw new SemblanceError(`${source.name} is a file; pass a decoder to run it through a model.`);
  const picture = isBytes ? await options.decode!(loaded, source.name) : loaded;
  const fitted = fitImage(picture, options.preprocessing);
  return {
    sha256: await sha256Hex(isBytes ? loaded : loaded.data),
    image: options.transform ? options.transform(fitted) : fitted,
  };
}

async function runBatch(
  session: ModelSession,
  images: readonly RgbImage[],
  batchSize: number,
  outputs: readonly string[],
  preprocessing: Preprocessing,
): Promise<Map<string, Tensor>> {
  const { width, height } = images[0]!;
  // A model whose input leaves all axes open is fed as the preprocessing says.
  const channelsLast = session.input.shape ? inputShape(session, height).channelsLast : preprocessing.layout === 'nhwc';
  const fixed = (session.input.shape?.[0] ?? null) !== null;
  // A model with a fixed batch gets the last, short one filled up with zeros.
  const count = fixed ? batchSize : images.length;
  const shape = channelsLast ? [count, height, width, 3] : [count, 3, height, width];
  const expected = session.input.shape;
  if (expected?.some((size, axis) => size !== null && size !== shape[axis]))
    throw new UnsupportedError(
      `The model takes ${expected.map((size) => size ?? '?').join('×')}; after preprocessing images are ${shape.join('×')}.`,
      { hint: 'Set the size of resize and crop to that of the model.' },
    );
  const size = 3 * width * height;
  const data = new Float32Array(count * size);
  images.forEach((image, i) => {
    if (image.width !== width || image.height !== height)
      throw new UnsupportedError(
        `Images of a batch are ${width}×${height} and ${image.width}×${image.height} after preprocessing.`,
        { hint: 'Add a crop, or resize to a fixed height and width.' },
      );
    data.set(normaliseImage(image, { ...preprocessing, layout: channelsLast ? 'nhwc' : 'nchw' }), i * size);
  });
  const found = await session.run(data, shape, outputs);
  if (count === images.length) return found;
  return new Map([...found].map(([name, tensor]) => [name, firstOf(tensor, images.length)]));
}

function firstOf({ shape, data }: Tensor, count: number): Tensor {
  const size = data.length / shape[0]!;
  return { shape: [count, ...shape.slice(1)], data: data.subarray(0, count * size) as Float32Array | Float64Array };
}

/** Joins batches of one layer into one tensor. */
export function joinBatches(parts: readonly Tensor[]): Tensor {
  const rest = parts[0]?.shape.slice(1) ?? [];
  const count = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [count, ...rest], data };
}
