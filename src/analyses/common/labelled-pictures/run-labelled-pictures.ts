import { extractFeatures, type SkippedImage } from '../../../activations/model/extract-features.ts';
import { findLayer } from '../../../activations/model/find-layer.ts';
import type { Layer } from '../../../activations/model/layer.ts';
import { probeModel, tapModel } from '../../../activations/model/vision-model.ts';
import type { ByteSource } from '../../../base/bytes/byte-source.ts';
import { UnsupportedError, UsageError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { ModelFile } from '../../../model-files/model-file.ts';
import type { Matrix32 } from '../../../tensor/matrix.ts';
import { type BestClasses, bestClasses, type ScoredClasses } from './best-classes.ts';
import type { LabelledPictures } from './options.ts';
import { type Pooling, pooledRows } from './pooled-rows.ts';

/** What a model makes of labelled pictures: a vector of features each and, of a classifier, the classes it takes them for. */
export interface LabelledFeatures {
  /** The pictures that were used. */
  names: string[];
  /** The class of each. */
  target: Uint32Array;
  /** Pictures × channels. */
  features: Matrix32;
  /** The best classes of each picture, with the output that says so; null where the model has no output of class scores. */
  scores: (BestClasses & { output: string }) | null;
  layer: string;
  pooling: Pooling;
  skipped: SkippedImage[];
  runtime: string | null;
  /** What had to be assumed of the model's input, in words. */
  assumed: string[];
}

/**
 * Runs an ONNX model on labelled pictures: the layer that its classifier reads (or the one asked for) and its class
 * scores. All features are held in memory: pictures × channels numbers of 4 bytes.
 *
 * @param head Name of the classifier's weight; undefined for a model without one.
 * @param scored Which columns of the scores stand for classes; undefined where the classes are not those of the head.
 * @param classOf Class of each picture; null leaves it out unread.
 * @throws UnsupportedError for a model that is not ONNX; UsageError for a layer that is not there; as `openTapped`.
 */
export async function runLabelledPictures(
  source: ByteSource,
  file: ModelFile,
  { head, scored }: { head: string | undefined; scored: ScoredClasses | undefined },
  request: LabelledPictures,
  classOf: readonly (number | null)[],
  task: LongTask,
): Promise<LabelledFeatures> {
  if (file.format !== 'onnx')
    throw new UnsupportedError(
      `${source.name}: --templates runs the model, and only ONNX models run; this is ${file.format}.`,
      {
        hint: 'Export it to ONNX, or write its features with FeatureWriter of the Python package (integrations/python) and name that file with --templates.',
      },
    );
  const probed = await probeModel(
    { source, ...(request.preprocessing && { preprocessing: request.preprocessing }) },
    { runtime: request.runtime },
  );
  const headInput = file.linearLayers?.find(({ tensor }) => tensor === head)?.input;
  const layer = chooseLayer(source.name, probed.layers, request.layer, headInput);
  const output = scored && scoresOutput(probed.layers, scored.width);
  const outputs = [...new Set([layer.name, ...(output ? [output.name] : [])])];
  const model = await tapModel(probed, outputs);
  try {
    const pooling = poolingOf(layer, head !== undefined && request.layer === undefined);
    const rows = pooledRows(pooling, layer.layout === 'nhwc', layer.name);
    const best = scored && output ? bestClasses(scored, output.name) : undefined;
    const used = [...request.images.keys()].filter((i) => classOf[i] !== null);
    const images = used.map((i) => request.images[i]!);
    const kept: number[] = [];
    const skipped = await extractFeatures(
      model,
      images,
      ({ indices, outputs: results }) => {
        const names = indices.map((i) => images[i]!.name);
        rows.add(results.get(layer.name)!, names);
        if (output) best?.add(results.get(output.name)!.data, names);
        kept.push(...indices);
      },
      { ...task, outputs, decode: request.decode },
    );
    return {
      names: kept.map((i) => images[i]!.name),
      target: Uint32Array.from(kept, (i) => classOf[used[i]!]!),
      features: rows.matrix(),
      scores: best && output ? { ...best.result(), output: output.name } : null,
      layer: layer.name,
      pooling,
      skipped,
      runtime: model.session.runtime,
      assumed: probed.assumed,
    };
  } finally {
    await model.session.close();
  }
}

/** The output of one score for each row of the head: of several the one that is named so, else the first. */
function scoresOutput(layers: readonly Layer[], width: number): Layer | undefined {
  const fitting = layers.filter(({ kind, isOutput, channels }) => isOutput && kind === 'vector' && channels === width);
  return fitting.find(({ name }) => /logit|prob|softmax|score|class/i.test(name)) ?? fitting[0];
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
