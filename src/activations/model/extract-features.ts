import { FormatError, SemblanceError, UnsupportedError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import { sha256Hex } from '../../base/sha256.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fitImage, normaliseImage } from '../images/preprocess.ts';
import { batchRunner } from './run-batches.ts';
import type { RunnableModel } from './vision-model.ts';

/** A picture that can be loaded when it is needed. */
export interface LoadableImage {
  name: string;
  /** The bytes of the file, or the picture itself. */
  load(): Promise<Uint8Array | RgbImage>;
}

export interface ExtractOptions extends LongTask {
  /** Outputs to keep; default all outputs of the session. */
  outputs?: readonly string[];
  /** Pictures run at once where the model takes any number; default 16. */
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
  { session, input, preprocessing }: RunnableModel,
  images: readonly LoadableImage[],
  onBatch: (batch: FeatureBatch) => void | Promise<void>,
  options: ExtractOptions,
): Promise<SkippedImage[]> {
  const { outputs = session.outputs, signal, onProgress } = options;
  const skipped: SkippedImage[] = [];
  let batch: { index: number; sha256: string }[] = [];
  const runner = batchRunner(session, input, outputs, options.batchSize ?? 16, async (found) => {
    const done = batch;
    batch = [];
    await onBatch({
      indices: done.map(({ index }) => index),
      sha256: done.map(({ sha256 }) => sha256),
      outputs: found,
    });
  });
  for (const [index, source] of images.entries()) {
    signal?.throwIfAborted();
    const prepared = await prepare(source, options).catch((error: unknown) => {
      if (!(error instanceof FormatError)) throw error;
      skipped.push({ name: source.name, reason: error.message });
    });
    if (prepared) {
      batch.push({ index, sha256: prepared.sha256 });
      await runner.add(prepared.values);
    }
    onProgress?.({ task: 'running the model', done: index + 1, total: images.length, unit: 'images' });
  }
  await runner.flush();
  if (skipped.length === images.length && skipped.length > 0 && !options.allowNone)
    throw new FormatError(`None of ${images.length} images could be decoded; the first: ${skipped[0]!.reason}`);
  return skipped;

  async function prepare(source: LoadableImage, { decode, transform }: ExtractOptions) {
    const loaded = await source.load();
    const isBytes = loaded instanceof Uint8Array;
    if (isBytes && !decode)
      throw new SemblanceError(`${source.name} is a file; pass a decoder to run it through a model.`);
    const picture = isBytes ? await decode!(loaded, source.name) : loaded;
    const fitted = fitImage(picture, preprocessing);
    const image = transform ? transform(fitted) : fitted;
    if (image.width !== input.width || image.height !== input.height)
      throw new UnsupportedError(
        `${source.name} is ${image.height}×${image.width} after preprocessing; the model takes ${input.height}×${input.width}.`,
        { hint: 'Add a crop, or resize to a fixed height and width.' },
      );
    return {
      sha256: await sha256Hex(isBytes ? loaded : loaded.data),
      values: normaliseImage(image, preprocessing, input.channels),
    };
  }
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
