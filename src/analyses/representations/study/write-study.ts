import type { LongTask } from '../../../base/progress.ts';
import { encodeJsonl } from '../../../formats/jsonl/jsonl.ts';
import { encodeNpy } from '../../../formats/npy/write-npy.ts';
import { kernelTier } from '../../../kernels/shared/wasm-kernel.ts';
import type { StudyManifest } from '../../../study/manifest.ts';
import type { LayerComparison, RepresentationModelEntry } from '../../../study/representations-section.ts';
import type { StudyStore } from '../../../study/store.ts';
import { writeSection } from '../../../study/write-section.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import { defaultStudyName } from '../../common/default-study-name.ts';
import type { WorkArea } from '../../common/work-area.ts';
import { compareLayers, NEIGHBOURS } from '../comparison/compare-layers.ts';
import type { MeasuredLayer } from '../comparison/measure-layer.ts';
import { otherMeasures } from '../comparison/other-measures.ts';
import type { CollectedFeatures } from '../features/collect-features.ts';
import type { FeatureProvider } from '../features/feature-provider.ts';
import type { Samples } from '../features/samples.ts';
import { methodOfAll } from '../matching/match-settings.ts';
import type { PlainOptions } from '../option-table.ts';
import type { RepresentationsOptions } from '../options.ts';
import type { RetrievalSets } from '../retrieval-sets.ts';
import { compareSampled } from '../sampled/compare-sampled.ts';
import type { PairSample, SampledLayer } from '../sampled/sampled-layer.ts';
import { imageRow } from './image-row.ts';
import { labelNames } from './label-names.ts';
import { thumbnailPath } from './thumbnails.ts';

/** A model that was taken through all images, with what follows from its features. */
export interface MeasuredModel {
  id: string;
  provider: FeatureProvider;
  collected: CollectedFeatures;
  divergence: Matrix64 | null;
  layers: MeasuredLayer[];
  /** Instead, layers of which a part of the pairs was matched. */
  sampled: SampledLayer[];
}

/** Everything that a study of representations is made of. */
export interface Written {
  inputsHash: string;
  models: readonly MeasuredModel[];
  samples: Samples;
  options: RepresentationsOptions;
  plain: PlainOptions;
  /** Where a part of the pairs was matched: which. */
  sample?: PairSample;
  /** Where queries and database are apart. */
  sets?: RetrievalSets;
}

/** Writes the section, with the maps of layers against layers. */
export async function writeStudy(
  store: StudyStore,
  work: WorkArea,
  { inputsHash, models, samples, options, plain, sample, sets }: Written,
  task: LongTask,
): Promise<StudyManifest> {
  const { indices } = models[0]!.collected;
  const n = indices.length;
  const files = new Map<string, Uint8Array>();
  const pictures = new Map<number, string>();
  for (const index of indices) {
    const bytes = await work.readBytes(thumbnailPath(index));
    if (!bytes) continue;
    pictures.set(index, thumbnailPath(index));
    files.set(thumbnailPath(index), bytes);
  }
  for (const model of models) {
    if (model.divergence)
      files.set(`models/${model.id}/divergence.npy`, encodeNpy(Float32Array.from(model.divergence.data), [n, n]));
    for (const layer of model.layers)
      for (const [path, bytes] of layer.files) files.set(`models/${model.id}/${layer.id}/${path}`, bytes);
  }
  const comparison = sample
    ? null
    : compareAll(
        models,
        indices.map((index) => samples.images[index]!.label),
        plain,
        task,
      );
  const nearestPath = (model: string, layer: string): string => `models/${model}/${layer}/nearest.npy`;
  for (const { id, sampled } of models)
    for (const { id: layer, nearest } of sampled)
      if (nearest) files.set(nearestPath(id, layer), nearestTable(nearest.lists, plain.k));
  const compareSample = (locate: (path: string) => string) =>
    compareSampled(
      models.map(({ id, collected, sampled }) => ({ id, logits: collected.logits, layers: sampled })),
      sample!,
      indices.map((index) => samples.images[index]!),
      plain,
      (model, layer) => locate(nearestPath(model, layer)),
      task,
    );
  const names = models.map(({ provider }) => ({ name: provider.name }));
  const words = await labelNames(indices.map((image) => samples.images[image]!.label));
  const rows = indices.map((image, index) =>
    imageRow(
      index,
      samples.images[image]!,
      samples.ids[0]![image] ?? null,
      words,
      pictures.get(image),
      sets?.roles[index],
    ),
  );
  files.set('images.jsonl', encodeJsonl(rows));
  return writeSection(store, {
    instrument: 'representations',
    studyName: options.studyName ?? defaultStudyName(names),
    files,
    describe: (locate) => ({
      inputsHash,
      options: plain,
      command: options.command ?? '',
      images: locate('images.jsonl'),
      imageCount: n,
      skipped: models[0]!.collected.skipped,
      ...(sets && {
        retrievalSets: {
          queries: sets.queries.length,
          database: sets.database.length,
          neither: n - sets.queries.length - sets.database.length,
          copies: sets.copies,
        },
      }),
      kernels: plain.kernels,
      method: methodOfAll(
        plain.method,
        models.flatMap(({ collected }) => collected.layers.map(({ positions }) => positions)),
      ),
      centring: plain.centring,
      models: models.map((model) => modelEntry(model, locate)),
      comparison,
      invariance: null,
      ...(sample && { sampled: compareSample(locate) }),
      kernelTier: kernelTier(),
    }),
  });
}

/** Layers against layers, and what `also` asks for. */
function compareAll(
  models: readonly MeasuredModel[],
  labels: readonly (string | undefined)[],
  plain: PlainOptions,
  task: LongTask,
): LayerComparison {
  const layers = models.flatMap(({ id: model, layers, collected }) =>
    layers.map(({ id, semantic, spatial }, l) => ({
      model,
      layer: id,
      semantic,
      spatial,
      pooled: collected.layers[l]!.pooled.average,
    })),
  );
  const comparison = compareLayers(layers, plain, task);
  if (plain.also.length === 0) return comparison;
  const answering = models.map(({ id, collected }) => ({ id, logits: collected.logits }));
  const k = Math.min(NEIGHBOURS, labels.length - 2);
  return { ...comparison, also: otherMeasures(plain.also, layers, answering, labels, k, task) };
}

/** Queries × k, −1 where fewer were found. */
function nearestTable(lists: readonly Uint32Array[], k: number): Uint8Array {
  const found = new Int32Array(lists.length * k).fill(-1);
  for (const [i, list] of lists.entries()) found.set(list, i * k);
  return encodeNpy(found, [lists.length, k]);
}

function modelEntry(
  { id, provider, divergence, layers }: MeasuredModel,
  locate: (path: string) => string,
): RepresentationModelEntry {
  const { name, file, sha256, format, runtime, preprocessing, preprocessingFrom, logits, warnings } = provider;
  const base = `models/${id}`;
  return {
    id,
    name,
    file,
    sha256,
    format,
    runtime,
    preprocessing,
    preprocessingFrom,
    logits,
    divergence: divergence ? locate(`${base}/divergence.npy`) : null,
    layers: layers.map((layer) => layer.describe((path) => locate(`${base}/${layer.id}/${path}`))),
    warnings,
  };
}

/** Name of a study of these models: the first one's, with the number of others. */
