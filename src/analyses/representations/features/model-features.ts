import { extractFeatures, joinBatches } from '../../../activations/extract-features.ts';
import { inputShape, type Layer, openTapped, probeLayers } from '../../../activations/layers.ts';
import { checkPreprocessing, defaultPreprocessing, type Preprocessing } from '../../../activations/preprocess.ts';
import type { ModelSession } from '../../../activations/runtime.ts';
import { UnsupportedError, UsageError } from '../../../base/errors.ts';
import { featureMaps } from '../../../measures/representations/feature-maps.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { pictureSize, requireRuntime, settlePreprocessing } from '../../common/model-preprocessing.ts';
import type { ImageInput, RepresentationModelInput, RepresentationsPlatform } from '../options.ts';
import { chooseLayers, chooseLogits, planLayer } from './choose-layers.ts';
import type { FeatureBlock, FeatureProvider } from './feature-provider.ts';

/** A model with its layers probed and its preprocessing settled, ready to run. */
export interface RunnableModel {
  session: ModelSession;
  layers: Layer[];
  logits: Layer | null;
  preprocessing: Preprocessing;
  preprocessingFrom: string;
  /** Height and width of the picture that enters the network. */
  size: number;
  channelsLast: boolean;
}

/**
 * Opens an ONNX model, chooses its layers and taps them.
 *
 * @throws MissingRuntimeError without a runtime or decoder; UnsupportedError if the runtime refuses the model; UsageError
 * on layers and preprocessing.
 */
export async function openRunnable(
  input: RepresentationModelInput,
  depth: number,
  platform: RepresentationsPlatform,
): Promise<RunnableModel> {
  const runtime = await requireRuntime(platform.runtime);
  const threads = platform.threads === undefined ? {} : { threads: platform.threads };
  const settled = await settlePreprocessing(input);
  const asked = pictureSize(settled.preprocessing);
  const all = await probeLayers(runtime, input.source, { ...threads, ...(asked !== null && { size: asked }) });
  const logits = chooseLogits(all, input.logits, input.source.name);
  const layers = chooseLayers(all, input.layers, { depth, logits, file: input.source.name });
  const names = [...layers.map(({ name }) => name), ...(logits ? [logits.name] : [])];
  const session = await openTapped(runtime, input.source, names, threads);
  const { shape, channelsLast } = inputShape(session, asked ?? 224);
  const size = shape[channelsLast ? 1 : 2]!;
  const preprocessing = checkPreprocessing({
    ...defaultPreprocessing(size),
    ...settled.preprocessing,
    ...(input.layout === 'nhwc' || channelsLast ? { layout: 'nhwc' as const } : {}),
  });
  const last = channelsLast || preprocessing.layout === 'nhwc';
  return { session, layers, logits, preprocessing, preprocessingFrom: settled.from, size, channelsLast: last };
}

/** The features of images through a model. */
export async function modelFeatures(
  input: RepresentationModelInput,
  name: string,
  images: readonly ImageInput[],
  depth: number,
  platform: RepresentationsPlatform,
): Promise<FeatureProvider> {
  if (images.length === 0)
    throw new UsageError(`${input.source.name}: a model needs images to look at; none were given.`, {
      hint: 'Name a folder or a list with --images, or give a file of features.',
    });
  const { session, layers, logits, preprocessing, preprocessingFrom, channelsLast } = await openRunnable(
    input,
    depth,
    platform,
  );
  const planned = layers.map((layer) => planLayer(layer, input.cls ?? 'drop', channelsLast));
  const outputs = [...new Set([...layers.map((layer) => layer.name), ...(logits ? [logits.name] : [])])];
  return {
    name,
    file: input.source.name,
    sha256: (await input.source.sha256()) ?? null,
    format: 'onnx',
    runtime: session.runtime,
    preprocessing: { ...preprocessing },
    preprocessingFrom,
    layers: planned,
    logits: logits?.name ?? null,
    warnings: logits
      ? []
      : ['No output looks like class scores, so there is no output similarity; name one with --logits.'],
    async block(start, end, { onPicture, signal, onProgress }): Promise<FeatureBlock> {
      const indices: number[] = [];
      const parts = new Map<string, Tensor[]>(outputs.map((output) => [output, []]));
      const shown = await pictures(images.slice(start, end), start, onPicture);
      const skipped = await extractFeatures(
        session,
        shown.images,
        (batch) => {
          indices.push(...batch.indices.map((index) => start + index));
          for (const output of outputs) parts.get(output)!.push(batch.outputs.get(output)!);
        },
        {
          preprocessing,
          outputs,
          allowNone: true,
          ...(platform.decode && { decode: platform.decode }),
          ...(signal && { signal }),
          ...(onProgress && {
            onProgress: ({ done, ...rest }) => onProgress({ ...rest, done: start + done, total: images.length }),
          }),
          transform: shown.note,
        },
      );
      await shown.settle();
      const whole = (output: string): Tensor => joinBatches(parts.get(output)!);
      return {
        indices,
        skipped,
        layers: planned.map((layer) =>
          positionsFirst(whole(layer.name), layer.kind, channelsLast, layer.name, indices, images),
        ),
        logits: logits && indices.length > 0 ? flat(whole(logits.name)) : null,
      };
    },
    close: () => session.close(),
  };
}

/** Hands each fitted picture over as it goes by, by the order in which pictures are decoded. */
function pictures(
  images: readonly ImageInput[],
  start: number,
  onPicture: ((index: number, image: RgbImage) => Promise<void>) | undefined,
) {
  let current = -1;
  const pending: Promise<void>[] = [];
  return {
    images: images.map((image, i) => ({
      name: image.name,
      load: () => {
        current = start + i;
        return image.load();
      },
    })),
    note: (image: RgbImage) => {
      if (onPicture) pending.push(onPicture(current, image));
      return image;
    },
    settle: () => Promise.all(pending),
  };
}

/** Images × positions × channels of a layer's output, checked to be finite. */
function positionsFirst(
  tensor: Tensor,
  kind: 'map' | 'tokens',
  channelsLast: boolean,
  layer: string,
  indices: readonly number[],
  images: readonly ImageInput[],
): Float32Array {
  if (indices.length === 0) return new Float32Array();
  const maps = featureMaps(tensor, {
    layout: kind === 'tokens' ? 'ntd' : channelsLast ? 'nhwc' : 'nchw',
    layer,
    names: indices.map((index) => images[index]!.name),
  });
  if (maps.data instanceof Float32Array) return maps.data;
  throw new UnsupportedError(`Layer "${layer}" gives ${maps.data.constructor.name}; float32 was expected.`);
}

function flat({ shape, data }: Tensor): Tensor {
  return { shape: [shape[0]!, data.length / shape[0]!], data };
}
