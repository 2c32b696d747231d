import { isFeaturesFile, openFeaturesFile } from '../../activations/features-file/features-file.ts';
import { IncomparableError, UsageError } from '../../base/errors.ts';
import type { LongTask } from '../../base/progress.ts';
import { inProcessPool } from '../../engine/task-pool.ts';
import { jensenShannonMatrix } from '../../measures/representations/comparison/output-similarity.ts';
import { requireSameSamples } from '../../measures/representations/comparison/rsa.ts';
import { areProbabilities, softmaxRows } from '../../statistics/probabilities.ts';
import type { StudyPlace } from '../../study/store.ts';
import type { Matrix, Matrix64 } from '../../tensor/matrix.ts';
import { type AnalysedOnce, analyseOnce } from '../common/analyse-once.ts';
import { modelId } from '../common/model-id.ts';
import { readImages } from '../common/read-images.ts';
import { workArea } from '../common/work-area.ts';
import type { WorkPlan } from '../common/work-plan.ts';
import { measureLayer } from './comparison/measure-layer.ts';
import { collectFeatures, featureBuffers } from './features/collect-features.ts';
import type { FeatureProvider } from './features/feature-provider.ts';
import { fileFeatures } from './features/file-features.ts';
import { modelFeatures } from './features/model-features.ts';
import { settleSamples } from './features/samples.ts';
import { hashInputs } from './inputs-hash.ts';
import { doMatchTask, type MatchPool } from './matching/match-in-tiles.ts';
import type { MemoryUse } from './matching/memory.ts';
import { plainOptions } from './option-table.ts';
import {
  DEFAULT_MAX_MEMORY,
  type ImageInput,
  type RepresentationModelInput,
  type RepresentationsOptions,
  type RepresentationsPlatform,
} from './options.ts';
import { planRepresentations } from './plan/plan-representations.ts';
import { requireMemory } from './plan/require-memory.ts';
import { imageRoles, type RetrievalSets, retrievalSets } from './retrieval-sets.ts';
import { drawSample, type PairSample, sampleLayer } from './sampled/sampled-layer.ts';
import { keepWholePictures, thumbnailer } from './study/thumbnails.ts';
import { type MeasuredModel, writeStudy } from './study/write-study.ts';

/** What `analyseRepresentations` gives back: the manifest of the study and whether it was already there. */
export type RepresentationsResult = AnalysedOnce;

/**
 * The representations instrument: which images are alike to a network, layer by layer, wherever their content stands in
 * the frame; written to a study. Runs in Node and in browsers. Images that cannot be read are left out and reported by
 * name. Features and tiles are kept beside the study while the work goes on, so that an interrupted analysis continues
 * where it was and ends with the same bytes.
 *
 * @param given All images, in the order of every matrix. May be empty where every input is a file of features.
 * @throws MissingRuntimeError where a model must run and nothing runs it; UnsupportedError and FormatError on files;
 *   IncomparableError when models do not see the same images in the same order; UsageError on options and layers; the
 *   signal's reason when aborted.
 */
export async function analyseRepresentations(
  inputs: readonly RepresentationModelInput[],
  given: readonly ImageInput[],
  options: RepresentationsOptions,
  place: StudyPlace,
  platform: RepresentationsPlatform = {},
  task: LongTask = {},
): Promise<RepresentationsResult> {
  if (inputs.length === 0) throw new UsageError('No model was given.');
  const { maxMemory = DEFAULT_MAX_MEMORY, queryImages, databaseImages } = options;
  const determining = plainOptions(options);
  const { images, ids } = await readImages(given, task);
  const inputsHash = await hashInputs(inputs, images, ids, {
    ...determining,
    ...(queryImages && { queryImages }),
    ...(databaseImages && { databaseImages }),
  });
  return analyseOnce(place, 'representations', { hash: inputsHash, images: ids }, async (store) => {
    const files = await Promise.all(
      inputs.map(async ({ source }) => ((await isFeaturesFile(source)) ? openFeaturesFile(source) : undefined)),
    );
    const samples = settleSamples(inputs, files, images, ids);
    const roles = imageRoles(samples.images, samples.ids[0]!, options, determining.seed);
    requireSizes(
      determining.databaseSizes,
      roles?.filter((role) => role === 'database').length ?? samples.images.length,
    );
    let sets: RetrievalSets | null = null;
    const work = workArea(store, 'representations', inputsHash);
    const pool = (await platform.openEngine?.(store, inputsHash)) ?? (await platform.openPool?.()) ?? thisThread();
    const buffers = featureBuffers();
    const matchingThreads = pool.elsewhere ? 1 : pool.threads;
    const memory: MemoryUse = {
      cap: maxMemory,
      threads: matchingThreads,
      runs: files.some((file) => file === undefined),
      method: determining.method,
    };
    const plain = { ...determining, memory };
    const models: MeasuredModel[] = [];
    let sample: PairSample | undefined;
    try {
      const open = (m: number): Promise<FeatureProvider> => {
        const opened = files[m];
        return opened
          ? fileFeatures(inputs[m]!, nameOf(inputs[m]!), opened)
          : modelFeatures(inputs[m]!, nameOf(inputs[m]!), samples.images, plain.depth, platform);
      };
      const announced =
        platform.announce && (await planRepresentations(inputs, images, options, platform, matchingThreads, task));
      if (announced) platform.announce!(announced);
      // The layers of all models are known before the first of them is run.
      const layers = announced?.layers ?? (await layersOf(inputs, open));
      requireMemory(layers, samples.images.length, determining, memory, images.length > 0);
      for (const [m, input] of inputs.entries()) {
        const name = nameOf(input);
        const provider = await open(m);
        const folder = `m${m}`;
        const pictured = models.some((model) => model.provider.runtime !== null) || provider.runtime === null;
        const onPicture = pictured ? undefined : thumbnailer(work, platform);
        const collected = await collectFeatures(
          provider,
          samples.images.length,
          work,
          folder,
          plain.centring,
          { ...task, ...(onPicture && { onPicture }) },
          (index) => roles === null || roles[index] === 'database',
        ).finally(() => provider.close());
        const first = models[0]?.collected ?? collected;
        requireSameSamples(
          first.indices.map((index) => samples.ids[0]![index] ?? `number ${index}`),
          collected.indices.map((index) => samples.ids[m]![index] ?? samples.ids[0]![index] ?? `number ${index}`),
        );
        if (collected.indices.length < 2)
          throw new IncomparableError(`There is ${collected.indices.length} image; similarity needs at least 2.`);
        sets ??= roles && retrievalSets(roles, collected.indices, samples.ids[0]!);
        const model: MeasuredModel = {
          id: modelId(name, models),
          provider,
          collected,
          divergence: collected.logits && plain.pairs === null ? divergenceOf(collected.logits) : null,
          layers: [],
          sampled: [],
        };
        models.push(model);
        if (plain.pairs !== null) {
          sample ??= drawSample(collected.indices.length, plain, sets);
          for (const [l, features] of collected.layers.entries())
            model.sampled.push(
              await sampleLayer(
                modelId(features.layer.name, model.sampled),
                features,
                sample,
                collected.indices.map((index) => samples.images[index]!),
                { pool, work, folder: `${folder}/l${l}` },
                plain,
                task,
              ),
            );
          continue;
        }
        for (const [l, features] of collected.layers.entries())
          model.layers.push(
            await measureLayer(
              modelId(features.layer.name, model.layers),
              features,
              {
                pool,
                buffers,
                work,
                folder: `${folder}/l${l}`,
                images: collected.indices.map((index) => samples.images[index]!),
                divergence: model.divergence,
                sets,
                options: plain,
              },
              task,
            ),
          );
      }
    } finally {
      await pool.close();
    }
    if (images.length > 0 && models.every(({ provider }) => provider.runtime === null))
      await keepWholePictures(work, platform, images, models[0]!.collected.indices, task);
    const manifest = await writeStudy(
      store,
      work,
      { inputsHash, models, samples, options, plain: determining, ...(sample && { sample }), ...(sets && { sets }) },
      task,
    );
    await work.clear();
    return manifest;
  });
}

const nameOf = ({ name, source }: RepresentationModelInput): string => name ?? source.name.replace(/\.[^.]+$/, '');

/** The layers of all models as they are matched: without the tokens that are left out. */
async function layersOf(
  inputs: readonly RepresentationModelInput[],
  open: (m: number) => Promise<FeatureProvider>,
): Promise<WorkPlan['layers']> {
  const found: WorkPlan['layers'] = [];
  for (const [m, input] of inputs.entries()) {
    const provider = await open(m);
    await provider.close();
    for (const { name, positions, channels, droppedTokens } of provider.layers)
      found.push({ model: nameOf(input), layer: name, positions: positions - droppedTokens, channels });
  }
  return found;
}

/** @throws UsageError where a database is to be larger than there are images for it. */
function requireSizes(sizes: readonly number[], available: number): void {
  const tooLarge = sizes.find((size) => size > available);
  if (tooLarge !== undefined)
    throw new UsageError(`databaseSizes asks for a database of ${tooLarge} images; there are ${available}.`);
}

/** Matching in this thread, for browsers without threads and for small work. */
export function thisThread(): MatchPool {
  return inProcessPool((task) => doMatchTask(task));
}

/** Probabilities are taken as they are; anything else goes through softmax. */
function divergenceOf(logits: Matrix): Matrix64 {
  return jensenShannonMatrix(areProbabilities(logits) ? logits : softmaxRows(logits));
}
