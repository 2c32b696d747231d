import { cropImage, flipImage, rotateImage } from '../../activations/images/crop-and-turn.ts';
import { fitImage } from '../../activations/images/preprocess.ts';
import {
  extractFeatures,
  joinBatches,
  type LoadableImage,
  type SkippedImage,
} from '../../activations/model/extract-features.ts';
import { FormatError, IncomparableError, SemblanceError, UnsupportedError, UsageError } from '../../base/errors.ts';
import { type OptionValues, settleOptions } from '../../base/option-table.ts';
import type { LongTask } from '../../base/progress.ts';
import { encodeJsonl } from '../../formats/jsonl/jsonl.ts';
import { kernelTier } from '../../kernels/shared/wasm-kernel.ts';
import { centre } from '../../measures/representations/comparison/centring.ts';
import { kernelMatrix, type SimilarityKernel } from '../../measures/representations/similarity-kernels.ts';
import { type Separation, separation } from '../../statistics/separation.ts';
import type { StudyManifest } from '../../study/manifest.ts';
import type { InvarianceResult, RepresentationModelEntry } from '../../study/representations-section.ts';
import { type StudyPlace, type StudyStore, storeAt } from '../../study/store.ts';
import { writeSection } from '../../study/write-section.ts';
import type { Matrix64 } from '../../tensor/matrix.ts';
import type { RgbImage } from '../../tensor/rgb-image.ts';
import { modelId } from '../common/model-id.ts';
import { readImages } from '../common/read-images.ts';
import { thisThread } from './analyse-representations.ts';
import { layerMaps, passedOverNotes, planLayer } from './features/choose-layers.ts';
import { type OpenedModel, openRunnable } from './features/model-features.ts';
import { hashInputs } from './inputs-hash.ts';
import { type MatchPool, matchInTiles } from './matching/match-in-tiles.ts';
import { INVARIANCE_OPTIONS, plainOptions, type TRANSFORMS } from './option-table.ts';
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
}

/** Similarities of views of one image, and of views of different images. */
interface Collected {
  same: number[];
  other: number[];
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
): Promise<{ manifest: StudyManifest; store: StudyStore }> {
  const { maxMemory: _m, command: _c, studyName: _s, ...rest } = options;
  const { offset, batch } = settleOptions(INVARIANCE_OPTIONS, {
    transform: options.transform,
    ...(options.offset !== undefined && { offset: options.offset }),
    ...(options.batch !== undefined && { batch: options.batch }),
  });
  const { transform } = options;
  const plain = plainOptions({ kernels: ['rbf'], centring: 'none', ...rest });
  if (plain.pairs !== null)
    throw new UsageError('pairs has no meaning with transform, which compares batches of images already.');
  if (plain.also.length > 0)
    throw new UsageError('also compares layers, and transform compares two views of each image in one layer.', {
      hint: 'Leave one of the two out.',
    });
  if (options.queryImages || options.databaseImages)
    throw new UsageError(
      'transform compares two views of each image and searches none: it takes no queries and no database.',
    );
  const kernel = plain.kernels[0]!;
  const { images, ids } = await readImages(given, task);
  const determining = { ...plain, transform, batch, offset };
  const inputsHash = await hashInputs(inputs, images, ids, determining);
  const store = await storeAt(place, { hash: inputsHash, images: ids });
  const models: RepresentationModelEntry[] = [];
  const results: InvarianceResult['models'] = [];
  let common: { skipped: SkippedImage[]; size: number; width: number; shift: number; batches: number } | undefined;
  const pool = platform.openPool ? await platform.openPool() : thisThread();
  try {
    const { transform: _t, offset: _o, batch: _b, ...shared } = options;
    const all = { kernels: ['rbf' as const], centring: 'none' as const, ...shared };
    platform.announce?.(await planRepresentations(inputs, images, all, platform, pool.threads, task, { batch }));
    for (const input of inputs) {
      const runnable = await openRunnable(input, plain.depth, platform);
      const name = input.name ?? input.source.name.replace(/\.[^.]+$/, '');
      const id = modelId(name, models);
      await requireTurnable(runnable, transform, input.source.name);
      const shift = transform === 'shift' ? (offset ?? Math.round((runnable.input.height * 20) / 64)) : 0;
      const plan = { runnable, transform, shift, batch, kernel, plain, cls: input.cls ?? ('drop' as const) };
      const { layers, skipped, batches } = await runViews(plan, images, pool, platform, task).finally(() =>
        runnable.session.close(),
      );
      common ??= { skipped, size: runnable.input.height, width: runnable.input.width, shift, batches };
      results.push({ model: id, layers });
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
  const used = images.map((image, i) => ({ image, id: ids[i] ?? null })).filter(({ image }) => !left.has(image.name));
  const words = await labelNames(used.map(({ image }) => image.label));
  const rows = used
    .slice(0, batches * batch)
    .map(({ image, id }, index) => imageRow(index, image, id, words, undefined));
  const manifest = await writeSection(store, {
    instrument: 'representations',
    studyName: options.studyName ?? `${models[0]!.name} ${transform}`,
    files: new Map([['images.jsonl', encodeJsonl(rows)]]),
    describe: (locate) => ({
      inputsHash,
      options: determining,
      command: options.command ?? '',
      images: locate('images.jsonl'),
      imageCount: rows.length,
      skipped,
      kernels: plain.kernels,
      method: plain.method,
      centring: plain.centring,
      models,
      comparison: null,
      invariance: {
        transform,
        offset: transform === 'shift' ? shift : null,
        size,
        ...(width !== size && { width }),
        batchSize: batch,
        batches,
        images: rows.length,
        kernel,
        models: results,
      },
      kernelTier: kernelTier(),
    }),
  });
  return { manifest, store };
}

/** A quarter turn of a picture that is no square has another size. */
async function requireTurnable(
  { input: { height, width }, session }: OpenedModel,
  transform: InvarianceOptions['transform'],
  file: string,
): Promise<void> {
  if (transform !== 'rotate' || height === width) return;
  await session.close();
  throw new UnsupportedError(
    `${file}: a quarter turn makes ${width}×${height} of pictures of ${height}×${width}, which this model does not take.`,
    { hint: 'Take flip or shift; or a square --size where the model leaves its size open.' },
  );
}

interface ViewPlan {
  runnable: OpenedModel;
  transform: InvarianceOptions['transform'];
  shift: number;
  batch: number;
  kernel: SimilarityKernel;
  plain: ReturnType<typeof plainOptions>;
  cls: 'keep' | 'drop';
}

async function runViews(
  plan: ViewPlan,
  images: readonly ImageInput[],
  pool: MatchPool,
  platform: RepresentationsPlatform,
  task: LongTask,
) {
  const { runnable, batch } = plan;
  const planned = runnable.layers.map((layer) => planLayer(layer, plan.cls));
  const values = planned.map(() => ({ semantic: newCollected(), spatial: newCollected() }));
  const skipped: SkippedImage[] = [];
  let views: { name: string; first: RgbImage; second: RgbImage }[] = [];
  let batches = 0;
  for (const [i, image] of images.entries()) {
    task.signal?.throwIfAborted();
    try {
      views.push({ name: image.name, ...(await twoViews(image, plan, platform)) });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      skipped.push({ name: image.name, reason: error.message });
    }
    task.onProgress?.({ task: 'comparing views', done: i, total: images.length, unit: 'images' });
    if (views.length < batch) continue;
    await compareViews(plan, planned, views, values, pool, task);
    batches++;
    views = [];
  }
  if (batches === 0)
    throw new IncomparableError(
      `${images.length - skipped.length} images could be read; a batch of two views needs at least ${batch}.`,
      { hint: 'Give more images, or a smaller --batch.' },
    );
  const layers = planned.map((layer, l) => ({
    layer: layer.name,
    positions: layer.positions - layer.droppedTokens,
    channels: layer.channels,
    semantic: separate(values[l]!.semantic),
    spatial: separate(values[l]!.spatial),
  }));
  return { layers, skipped, batches };
}

function newCollected(): Collected {
  return { same: [], other: [] };
}

function separate({ same, other }: Collected): Separation {
  return separation(same, other);
}

/** The two views of a picture, as large as the network takes them. */
async function twoViews(
  image: LoadableImage,
  { runnable: { preprocessing, input }, transform, shift }: ViewPlan,
  { decode }: RepresentationsPlatform,
): Promise<{ first: RgbImage; second: RgbImage }> {
  const loaded = await image.load();
  if (loaded instanceof Uint8Array && !decode)
    throw new SemblanceError(`${image.name} is a file; pass a decoder to run it through a model.`);
  const picture = loaded instanceof Uint8Array ? await decode!(loaded, image.name) : loaded;
  if (transform !== 'shift') {
    const first = fitImage(picture, preprocessing);
    return { first, second: transform === 'flip' ? flipImage(first) : rotateImage(first, 1) };
  }
  const { height, width } = input;
  const resize = { height: height + shift, width: width + shift };
  const whole = fitImage(picture, { ...preprocessing, resize, crop: null });
  return { first: cropImage(whole, 0, 0, width, height), second: cropImage(whole, 0, shift, width, height) };
}

/** One batch: first views, then second views, in one similarity matrix for each layer. */
async function compareViews(
  { runnable, kernel, plain }: ViewPlan,
  planned: readonly ReturnType<typeof planLayer>[],
  views: readonly { name: string; first: RgbImage; second: RgbImage }[],
  values: readonly { semantic: Collected; spatial: Collected }[],
  pool: MatchPool,
  { signal }: LongTask,
): Promise<void> {
  const load = (name: string, picture: RgbImage): LoadableImage => ({ name, load: async () => picture });
  const list = [
    ...views.map(({ name, first }) => load(name, first)),
    ...views.map(({ name, second }) => load(name, second)),
  ];
  const parts = planned.map(({ name }) => ({ name, tensors: [] as Parameters<typeof joinBatches>[0][number][] }));
  await extractFeatures(
    { ...runnable, preprocessing: { ...runnable.preprocessing, resize: null, crop: null } },
    list,
    ({ outputs }) => {
      for (const { name, tensors } of parts) tensors.push(outputs.get(name)!);
    },
    { outputs: parts.map(({ name }) => name) },
  );
  for (const [l, { tensors }] of parts.entries()) {
    const names = list.map((image) => image.name);
    const maps = layerMaps(joinBatches(tensors), planned[l]!, { names, patchesOnly: true });
    const { method, batchSize, normOrder, topk, sigma } = plain;
    const found = await matchInTiles(pool, centre(maps, plain.centring), undefined, {
      method,
      batchSize,
      normOrder,
      topk,
      tileSize: 4,
      ...(signal && { signal }),
    });
    for (const side of ['semantic', 'spatial'] as const)
      collect(kernelMatrix(found[side]!, kernel, { sigma }).matrix, values[l]![side]);
  }
}

/** Image i is seen in rows i and i + n; each pair of rows counts once. */
function collect({ rows, cols, data }: Matrix64, { same, other }: Collected): void {
  const n = rows / 2;
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) (i - j === n ? same : other).push(data[i * cols + j]!);
}
