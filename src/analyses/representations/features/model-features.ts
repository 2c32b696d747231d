import { chooseLogits } from '../../../activations/model/choose-logits.ts';
import { extractFeatures, joinBatches } from '../../../activations/model/extract-features.ts';
import type { Layer } from '../../../activations/model/layer.ts';
import { gridNotes, requireKnownTokens, withTokenHints } from '../../../activations/model/token-hints.ts';
import { type ProbedModel, probeModel, type RunnableModel, tapModel } from '../../../activations/model/vision-model.ts';
import { UnsupportedError, UsageError } from '../../../base/errors.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { ImageInput, RepresentationModelInput, RepresentationsPlatform } from '../options.ts';
import { chooseLayers, layerMaps, type PlannedLayer, passedOverNotes, planLayer } from './choose-layers.ts';
import type { FeatureBlock, FeatureProvider } from './feature-provider.ts';

/** A model with its layers chosen, ready to run. */
export interface OpenedModel extends RunnableModel {
  probed: ProbedModel;
  layers: Layer[];
  /** Layers that the depth would have met, but for their many positions. */
  passedOver: Layer[];
  logits: Layer | null;
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
): Promise<OpenedModel> {
  const { source, preprocessing, layout } = input;
  const probed = await probeModel(
    { source, ...(preprocessing && { preprocessing }), ...(layout && layout !== 'ntd' && { layout }) },
    platform,
  );
  const logits = chooseLogits(probed.layers, input.logits, source.name);
  const chosen = chooseLayers(probed.layers, input.layers, { depth, logits, file: source.name });
  const layers = chosen.layers.map((layer) => withTokenHints(layer, input, { input: probed.input }));
  if (input.cls !== 'keep') requireKnownTokens(source.name, layers);
  const names = [...layers.map(({ name }) => name), ...(logits ? [logits.name] : [])];
  return { ...(await tapModel(probed, names)), probed, layers, passedOver: chosen.passedOver, logits };
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
  const opened = await openRunnable(input, depth, platform);
  const { session, probed, layers, logits, preprocessing } = opened;
  const planned = layers.map((layer) => planLayer(layer, input.cls ?? 'drop'));
  const outputs = [...new Set([...layers.map((layer) => layer.name), ...(logits ? [logits.name] : [])])];
  return {
    name,
    file: input.source.name,
    sha256: (await input.source.sha256()) ?? null,
    format: 'onnx',
    runtime: session.runtime,
    preprocessing: { ...preprocessing },
    preprocessingFrom: probed.preprocessingFrom,
    layers: planned,
    logits: logits?.name ?? null,
    warnings: [
      ...probed.assumed.map((text) => `Assumed: ${text}.`),
      ...gridNotes(layers),
      ...layers
        .filter(({ layoutAssumed }) => layoutAssumed)
        .map(({ name, layout }) => `Assumed: ${name} is ${layout}, by the proportions of its map; no operator tells.`),
      ...passedOverNotes(opened.passedOver),
      ...answerNotes(input, probed.layers),
      ...(logits
        ? []
        : ['No output looks like class scores, so there is no output similarity; name one with --logits.']),
    ],
    async block(start, end, { onPicture, signal, onProgress }): Promise<FeatureBlock> {
      const indices: number[] = [];
      const parts = new Map<string, Tensor[]>(outputs.map((output) => [output, []]));
      const shown = await pictures(images.slice(start, end), start, onPicture);
      const skipped = await extractFeatures(
        opened,
        shown.images,
        (batch) => {
          indices.push(...batch.indices.map((index) => start + index));
          for (const output of outputs) parts.get(output)!.push(batch.outputs.get(output)!);
        },
        {
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
        layers: planned.map((layer) => positionsFirst(whole(layer.name), layer, indices, images)),
        logits: logits && indices.length > 0 ? scores(whole(logits.name), logits.name, indices, images) : null,
      };
    },
    close: () => session.close(),
  };
}

/** Outputs with positions that were passed over as answers where no layer was named. */
function answerNotes({ layers: asked }: RepresentationModelInput, all: readonly Layer[]): string[] {
  if (asked) return [];
  return all
    .filter(({ isOutput, isScore, kind }) => isOutput && isScore && (kind === 'map' || kind === 'tokens'))
    .map(
      ({ name, shape }) => `Output ${name} (${shape.join('×')}) is taken for an answer; name it with --layers if not.`,
    );
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
  layer: PlannedLayer,
  indices: readonly number[],
  images: readonly ImageInput[],
): Float32Array {
  if (indices.length === 0) return new Float32Array();
  const names = indices.map((index) => images[index]!.name);
  const maps = layerMaps(tensor, layer, { names });
  if (maps.data instanceof Float32Array) return maps.data;
  throw new UnsupportedError(`Layer "${layer.name}" gives ${maps.data.constructor.name}; float32 was expected.`);
}

/** Images × classes, checked to be finite. */
function scores(
  { shape, data }: Tensor,
  output: string,
  indices: readonly number[],
  images: readonly ImageInput[],
): Tensor {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new UnsupportedError(
      `Output ${output} is ${data[at]} for ${images[indices[Math.floor(at / (data.length / shape[0]!))]!]!.name}.`,
      { hint: 'Check the preprocessing (--mean, --std, --rescale), or leave the outputs out with --logits none.' },
    );
  return { shape: [shape[0]!, data.length / shape[0]!], data };
}
