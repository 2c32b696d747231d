import { extractFeatures, type SkippedImage } from '../../../activations/extract-features.ts';
import { inputShape, type Layer, leadingTokens, openTapped, probeLayers } from '../../../activations/layers.ts';
import { checkPreprocessing, defaultPreprocessing } from '../../../activations/preprocess.ts';
import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import { UnsupportedError, UsageError } from '../../../base/errors.ts';
import { nearestName } from '../../../base/nearest-name.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { ModelFile } from '../../../model-files/model-file.ts';
import { pictureSize, settlePreprocessing } from '../../common/model-preprocessing.ts';
import { type FeatureSums, featureSums, type Pooling } from './feature-sums.ts';
import type { TemplatesRequest } from './options.ts';

/** Templates and where they come from. */
export interface FoundTemplates extends ReturnType<FeatureSums['templates']> {
  layer: string;
  pooling: Pooling;
  skipped: SkippedImage[];
  runtime: string | null;
}

/**
 * Runs an ONNX model on the pictures and averages the layer that its classifier reads (or the one asked for) by class.
 *
 * @param head Name of the classifier's weight; undefined for a model without one.
 * @param classOf Class of each picture; null leaves it out unread.
 * @throws UnsupportedError for a model that is no ONNX; UsageError for a layer that is not there; as `openTapped`.
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
  const runtime = await request.runtime();
  const { preprocessing: settled } = await settlePreprocessing({
    source,
    ...(request.preprocessing && { preprocessing: request.preprocessing }),
  });
  const asked = pictureSize(settled);
  const layers = await probeLayers(runtime, source, asked === null ? {} : { size: asked });
  const layer = chooseLayer(
    source.name,
    layers,
    request.layer,
    file.linearLayers?.find(({ tensor }) => tensor === head)?.input,
  );
  const session = await openTapped(runtime, source, [layer.name]);
  try {
    const { shape, channelsLast } = inputShape(session, asked ?? 224);
    const preprocessing = checkPreprocessing({
      ...defaultPreprocessing(shape[channelsLast ? 1 : 2]!),
      ...settled,
      ...(channelsLast ? { layout: 'nhwc' as const } : {}),
    });
    const pooling = poolingOf(layer, head !== undefined && request.layer === undefined);
    const sums = featureSums(classCount, pooling, channelsLast, layer.name);
    const used = [...request.images.keys()].filter((i) => classOf[i] !== null);
    const images = used.map((i) => request.images[i]!);
    const skipped = await extractFeatures(
      session,
      images,
      ({ indices, outputs }) => {
        sums.add(
          outputs.get(layer.name)!,
          indices.map((i) => classOf[used[i]!]!),
          indices.map((i) => images[i]!.name),
        );
      },
      { ...task, preprocessing, outputs: [layer.name], decode: request.decode },
    );
    return { ...sums.templates(), layer: layer.name, pooling, skipped, runtime: session.runtime };
  } finally {
    await session.close();
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
  const found =
    wanted === undefined
      ? (layers.findLast(({ kind, isOutput }) => isOutput && kind === 'vector') ??
        layers.findLast(({ kind }) => kind === 'map' || kind === 'tokens'))
      : layers.find(({ name }) => name === wanted);
  if (found) return found;
  const near =
    wanted === undefined
      ? undefined
      : nearestName(
          wanted,
          layers.map(({ name }) => [name, name] as const),
        );
  throw new UsageError(
    `${file} has no layer ${wanted === undefined ? 'of features' : `"${wanted}"`} to make templates of.`,
    {
      hint: near === undefined ? 'Name one with --template-layer.' : `Did you mean "${near}"?`,
    },
  );
}

/** Maps are averaged, as classifiers do; of a transformer that classifies nothing, the token before the patches counts. */
function poolingOf({ kind, positions }: Layer, beforeHead: boolean): Pooling {
  if (kind === 'vector') return 'none';
  if (kind === 'tokens' && !beforeHead && (leadingTokens(positions) ?? 0) > 0) return 'first';
  return 'mean';
}
