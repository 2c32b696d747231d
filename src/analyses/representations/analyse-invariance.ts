import { isFeaturesFile, openFeaturesFile } from '../../activations/features-file/features-file.ts';
import type { SkippedImage } from '../../activations/model/extract-features.ts';
import { UsageError } from '../../base/errors.ts';
import { type OptionValues, settleOptions } from '../../base/option-table.ts';
import type { LongTask } from '../../base/progress.ts';
import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { requireSameSamples } from '../../measures/representations/comparison/rsa.ts';
import type { InvarianceResult, RepresentationModelEntry } from '../../study/representations-section.ts';
import type { StudyPlace } from '../../study/store.ts';
import { writeSection } from '../../study/write-section.ts';
import { type AnalysedOnce, analyseOnce } from '../common/analyse-once.ts';
import { modelId } from '../common/model-id.ts';
import { readImages } from '../common/read-images.ts';
import { thisThread } from './analyse-representations.ts';
import { passedOverNotes } from './features/choose-layers.ts';
import { openRunnable } from './features/model-features.ts';
import { settleSamples } from './features/samples.ts';
import { hashInputs } from './inputs-hash.ts';
import { compareGroups } from './invariance/compare-groups.ts';
import { compareViewsOfImages, requireTurnable } from './invariance/compare-views.ts';
import { describeViews, type FirstBatch, matricesOfViews, picturesOfViews } from './invariance/first-batch.ts';
import { type GroupedImage, groupBatches, rowsOfBatch, settleGroups } from './invariance/image-groups.ts';
import { methodOfAll } from './matching/match-settings.ts';
import { INVARIANCE_OPTIONS, plainOptions, requireOptionsOfViews, type TRANSFORMS } from './option-table.ts';
import type {
  ImageInput,
  RepresentationModelInput,
  RepresentationsOptions,
  RepresentationsPlatform,
} from './options.ts';
import { planRepresentations } from './plan/plan-representations.ts';
import { imageRow } from './study/image-row.ts';
import { labelNames } from './study/label-names.ts';

/** Options of `analyseInvariance`: those of `analyseRepresentations`, and how the second view of each image is made. */
export interface InvarianceOptions
  extends RepresentationsOptions,
    Partial<Omit<OptionValues<typeof INVARIANCE_OPTIONS>, 'transform'>> {
  transform: (typeof TRANSFORMS)[number];
  /** The views of `groups`: images that are views of one thing have one group. Every image is in one group at most. */
  groups?: readonly GroupedImage[];
}

/**
 * The overlap experiment: two views of each image go through a network, in batches; how far does the similarity of views of
 * one image lie above that of different images, by semantic and by spatial similarity, layer by layer? Area under the ROC
 * curve over all batches. By default with the RBF kernel, whose width is found anew for each batch, and without centring.
 *
 * @throws as {@link analyseRepresentations}.
 */
export async function analyseInvariance(
  inputs: readonly RepresentationModelInput[],
  given: readonly ImageInput[],
  options: InvarianceOptions,
  place: StudyPlace,
  platform: RepresentationsPlatform = {},
  task: LongTask = {},
): Promise<AnalysedOnce> {
  const { command: _c, studyName: _s, ...rest } = options;
  requireOptionsOfViews(options);
  const { offset, batch } = settleOptions(INVARIANCE_OPTIONS, {
    transform: options.transform,
    ...(options.offset !== undefined && { offset: options.offset }),
    ...(options.batch !== undefined && { batch: options.batch }),
  });
  const { transform } = options;
  const plain = plainOptions({ kernels: ['rbf'], centring: 'none', ...rest });
  if (plain.kernels.length > 1) throw new UsageError(`transform takes one kernel; found ${plain.kernels.join(', ')}.`);
  const kernel = plain.kernels[0]!;
  if ((transform === 'groups') !== (options.groups !== undefined))
    throw new UsageError(
      transform === 'groups'
        ? 'transform "groups" needs groups: which images are views of one thing.'
        : `groups are for transform "groups"; found "${transform}".`,
      { hint: 'Add --transform groups --groups FILE.csv with the columns image,group.' },
    );
  const { images, ids } = await readImages(given, task);
  const determining = { ...plain, transform, batch, offset };
  const inputsHash = await hashInputs(inputs, images, ids, {
    ...determining,
    ...(options.groups && { groups: options.groups }),
  });
  const grouped = options.groups && (await groupedSamples(inputs, options.groups, batch, images, ids));
  return analyseOnce(place, 'representations', { hash: inputsHash, images: ids }, async (store) => {
    const models: RepresentationModelEntry[] = [];
    const results: (Pick<InvarianceResult['models'][number], 'model' | 'layers'> & { first: FirstBatch })[] = [];
    let common:
      | { skipped: SkippedImage[]; size: number | null; width?: number; shift: number; batches: number }
      | undefined;
    const pool = platform.openPool ? await platform.openPool() : thisThread();
    try {
      const { transform: _t, offset: _o, batch: _b, groups: _g, ...shared } = options;
      const all = { kernels: ['rbf' as const], centring: 'none' as const, ...shared };
      const views = grouped ? { batch, rows: grouped.rows.map(({ length }) => length) } : { batch };
      platform.announce?.(await planRepresentations(inputs, images, all, platform, pool.threads, task, views));
      for (const input of inputs) {
        if (grouped) {
          const name = input.name ?? input.source.name.replace(/\.[^.]+$/, '');
          const id = modelId(name, models);
          const { samples, batches } = grouped;
          const found = await compareGroups(input, name, samples.images, batches, plain, pool, platform, task);
          common ??= { skipped: found.skipped, size: null, shift: 0, batches: batches.length };
          results.push({ model: id, layers: found.layers, first: found.first });
          const { provider } = found;
          models.push({
            id,
            name,
            file: provider.file,
            sha256: provider.sha256,
            format: provider.format,
            runtime: provider.runtime,
            preprocessing: provider.preprocessing,
            preprocessingFrom: provider.preprocessingFrom,
            logits: null,
            divergence: null,
            layers: [],
            warnings: provider.warnings,
          });
          continue;
        }
        const runnable = await openRunnable(input, plain.depth, platform);
        const name = input.name ?? input.source.name.replace(/\.[^.]+$/, '');
        const id = modelId(name, models);
        await requireTurnable(runnable, transform, input.source.name);
        const shift = transform === 'shift' ? (offset ?? Math.round((runnable.input.height * 20) / 64)) : 0;
        const plan = { runnable, transform, shift, batch, kernel, plain, cls: input.cls ?? ('drop' as const) };
        const { layers, skipped, batches, first } = await compareViewsOfImages(
          plan,
          images,
          pool,
          platform,
          task,
        ).finally(() => runnable.session.close());
        common ??= { skipped, size: runnable.input.height, width: runnable.input.width, shift, batches };
        results.push({ model: id, layers, first });
        models.push({
          id,
          name,
          file: input.source.name,
          sha256: (await input.source.sha256()) ?? null,
          format: 'onnx',
          runtime: runnable.session.runtime,
          preprocessing: { ...runnable.preprocessing },
          preprocessingFrom: runnable.probed.preprocessingFrom,
          logits: null,
          divergence: null,
          layers: [],
          warnings: [
            ...runnable.probed.assumed.map((text) => `Assumed: ${text}.`),
            ...passedOverNotes(runnable.passedOver),
          ],
        });
      }
    } finally {
      await pool.close();
    }
    const { skipped, size, width, shift, batches } = common!;
    const left = new Set(skipped.map((image) => image.name));
    const listed = grouped
      ? grouped.rows.flat().map(({ index, group }) => ({
          image: { ...grouped.samples.images[index]!, group },
          id: grouped.samples.ids[0]![index] ?? null,
        }))
      : images.map((image, i) => ({ image, id: ids[i] ?? null }));
    const used = listed.filter(({ image }) => !left.has(image.name));
    const words = await labelNames(used.map(({ image }) => image.label));
    const rows = used
      .slice(0, grouped ? used.length : batches * batch)
      .map(({ image, id }, index) => imageRow(index, image, id, words, undefined));
    const files = new Map<string, Uint8Array>([['images.jsonl', encodeJsonl(rows)]]);
    for (const [m, { first }] of results.entries())
      for (const part of [matricesOfViews(`m${m}`, first), await picturesOfViews(`m${m}`, first, platform)])
        for (const [path, bytes] of part) files.set(path, bytes);
    return writeSection(store, {
      instrument: 'representations',
      studyName: options.studyName ?? `${models[0]!.name} ${transform}`,
      files,
      describe: (locate) => ({
        inputsHash,
        options: determining,
        command: options.command ?? '',
        images: locate('images.jsonl'),
        imageCount: rows.length,
        skipped,
        kernels: plain.kernels,
        method: methodOfAll(
          plain.method,
          results.flatMap(({ layers }) => layers.map(({ positions }) => positions)),
        ),
        centring: plain.centring,
        models,
        comparison: null,
        invariance: {
          transform,
          offset: transform === 'shift' ? shift : null,
          size,
          ...(width !== undefined && width !== size && { width }),
          ...(grouped && { groups: grouped.batches.flat().length }),
          batchSize: batch,
          batches,
          images: rows.length,
          kernel,
          models: results.map(({ first, ...result }, m) => describeViews(result, `m${m}`, first, files, locate)),
        },
        kernelTier: kernelTier(),
      }),
    });
  });
}

/** The images of all inputs with their groups, in batches. */
async function groupedSamples(
  inputs: readonly RepresentationModelInput[],
  groups: readonly GroupedImage[],
  batch: number,
  images: readonly ImageInput[],
  ids: readonly (string | null)[],
) {
  const files = await Promise.all(
    inputs.map(async ({ source }) => ((await isFeaturesFile(source)) ? openFeaturesFile(source) : undefined)),
  );
  const samples = settleSamples(inputs, files, images, ids);
  for (const known of samples.ids.slice(1))
    requireSameSamples(
      samples.ids[0]!.map((id, i) => id ?? `number ${i}`),
      known.map((id, i) => id ?? samples.ids[0]![i] ?? `number ${i}`),
    );
  const batches = groupBatches(settleGroups(groups, samples.images, samples.ids[0]!), batch);
  return { samples, batches, rows: batches.map(rowsOfBatch) };
}
