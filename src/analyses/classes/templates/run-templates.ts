import { extractFeatures, type SkippedImage } from '../../../activations/model/extract-features.ts';
import { findLayer } from '../../../activations/model/find-layer.ts';
import type { Layer } from '../../../activations/model/layer.ts';
import { probeModel, tapModel } from '../../../activations/model/vision-model.ts';
import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import { UnsupportedError, UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { ModelFile } from '../../../model-files/model-file.ts';
import { type FeatureSums, featureSums, type Pooling } from './feature-sums.ts';
import type { TemplatesRequest } from './options.ts';

/** Templates and where they come from. */
export interface FoundTemplates extends ReturnType<FeatureSums['templates']> {
  layer: string;
  pooling: Pooling;
  skipped: SkippedImage[];
  runtime: string | null;
  /** What had to be assumed of the model's input, in words. */
  assumed: string[];
}

/**
 * Runs an ONNX model on the pictures and averages the layer that its classifier reads (or the one asked for) by class.
 *
 * @param head Name of the classifier's weight; undefined for a model without one.
 * @param classOf Class of each picture; null leaves it out unread.
 * @throws UnsupportedError for a model that is not ONNX; UsageError for a layer that is not there; as `openTapped`.
 */
export async function runTemplates(
  source: ByteSource,
  file: ModelFile,
  head: string | undefined,
  request: Extract<TemplatesRequest, { kind: 'images' }>,
  classOf: readonly (number | null)[],
  classCount: number,
  task: LongTask,
): Promise<FoundTemplates> {
  if (file.format !== 'onnx')
    throw new UnsupportedError(
      `${source.name}: --templates runs the model, and only ONNX models run; this is ${file.format}.`,
      {
        hint: 'Export it to ONNX, or write its features with integrations/semblance_features.py and name that file with --templates.',
      },
    );
  const probed = await probeModel(
    { source, ...(request.preprocessing && { preprocessing: request.preprocessing }) },
    { runtime: request.runtime },
  );
  const layer = chooseLayer(
    source.name,
    probed.layers,
    request.layer,
    file.linearLayers?.find(({ tensor }) => tensor === head)?.input,
  );
  const model = await tapModel(probed, [layer.name]);
  try {
    const pooling = poolingOf(layer, head !== undefined && request.layer === undefined);
    const sums = featureSums(classCount, pooling, layer.layout === 'nhwc', layer.name);
    const used = [...request.images.keys()].filter((i) => classOf[i] !== null);
    const images = used.map((i) => request.images[i]!);
    const skipped = await extractFeatures(
      model,
      images,
      ({ indices, outputs }) => {
        sums.add(
          outputs.get(layer.name)!,
          indices.map((i) => classOf[used[i]!]!),
          indices.map((i) => images[i]!.name),
        );
      },
      { ...task, outputs: [layer.name], decode: request.decode },
    );
    const { runtime } = model.session;
    return { ...sums.templates(), layer: layer.name, pooling, skipped, runtime, assumed: probed.assumed };
  } finally {
    await model.session.close();
  }
}

/** The layer asked for; else what the classifier reads; else, without one, the last output that is features. */
function chooseLayer(
  file: string,
  layers: readonly Layer[],
  asked: string | undefined,
  headInput: string | undefined,
): Layer {
  const wanted = asked ?? headInput;
  if (wanted !== undefined) return findLayer(layers, wanted, file);
  const found =
    layers.findLast(({ kind, isOutput }) => isOutput && kind === 'vector') ??
    layers.findLast(({ kind }) => kind === 'map' || kind === 'tokens');
  if (found) return found;
  throw new UsageError(`${file} has no layer of features to make templates of.`, {
    hint: 'Name one with --template-layer.',
  });
}

/** Maps are averaged, as classifiers do; of a transformer that classifies nothing, the token before the patches counts. */
function poolingOf({ kind, leadingTokens }: Layer, beforeHead: boolean): Pooling {
  if (kind === 'vector') return 'none';
  if (kind === 'tokens' && !beforeHead && (leadingTokens ?? 0) > 0) return 'first';
  return 'mean';
}
