import { cropImage, flipImage, rotateImage } from '../../../activations/images/crop-and-turn.ts';
import { fitImage } from '../../../activations/images/preprocess.ts';
import {
  extractFeatures,
  joinBatches,
  type LoadableImage,
  type SkippedImage,
} from '../../../activations/model/extract-features.ts';
import { FormatError, IncomparableError, SemblanceError, UnsupportedError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { centre } from '../../../measures/representations/comparison/centring.ts';
import { kernelMatrix, type SimilarityKernel } from '../../../measures/representations/similarity-kernels.ts';
import { separation } from '../../../statistics/separation.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import { layerMaps, planLayer } from '../features/choose-layers.ts';
import type { OpenedModel } from '../features/model-features.ts';
import { type MatchPool, matchInTiles } from '../matching/match-in-tiles.ts';
import { matchSettings } from '../matching/match-settings.ts';
import type { PlainOptions, TRANSFORMS } from '../option-table.ts';
import type { ImageInput, RepresentationsPlatform } from '../options.ts';
import { type FirstBatch, histogramsOf, type Similarities } from './first-batch.ts';

/** A quarter turn of a picture that is no square has another size. */
export async function requireTurnable(
  { input: { height, width }, session }: OpenedModel,
  transform: (typeof TRANSFORMS)[number],
  file: string,
): Promise<void> {
  if (transform !== 'rotate' || height === width) return;
  await session.close();
  throw new UnsupportedError(
    `${file}: a quarter turn makes ${width}×${height} of pictures of ${height}×${width}, which this model does not take.`,
    { hint: 'Take flip or shift; or a square --size where the model leaves its size open.' },
  );
}

/** How the views of images are made and compared. */
export interface ViewPlan {
  runnable: OpenedModel;
  transform: (typeof TRANSFORMS)[number];
  shift: number;
  batch: number;
  kernel: SimilarityKernel;
  plain: PlainOptions;
  cls: 'keep' | 'drop';
}

/** Two views of each image, batch by batch: how far views of one image are told from those of others. */
export async function compareViewsOfImages(
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
  const first: FirstBatch = { views: [], layers: [] };
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
    const compared = await compareViews(plan, planned, views, values, pool, task);
    if (batches === 0) {
      first.layers = compared;
      first.views = (['first', 'second'] as const).flatMap((view) =>
        views.map((pair) => ({ name: pair.name, of: pair.name, picture: pair[view] })),
      );
    }
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
    histograms: { semantic: histogramsOf(values[l]!.semantic), spatial: histogramsOf(values[l]!.spatial) },
  }));
  return { layers, skipped, batches, first };
}

function newCollected(): Similarities {
  return { same: [], other: [] };
}

function separate({ same, other }: Similarities): ReturnType<typeof separation> {
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
  values: readonly { semantic: Similarities; spatial: Similarities }[],
  pool: MatchPool,
  { signal }: LongTask,
): Promise<FirstBatch['layers']> {
  const compared: FirstBatch['layers'] = [];
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
    const { sigma } = plain;
    const found = await matchInTiles(pool, centre(maps, plain.centring), undefined, {
      ...matchSettings(plain, maps.positions),
      tileSize: 4,
      ...(signal && { signal }),
    });
    const semantic = kernelMatrix(found.semantic, kernel, { sigma }).matrix;
    const spatial = kernelMatrix(found.spatial!, kernel, { sigma }).matrix;
    collect(semantic, values[l]!.semantic);
    collect(spatial, values[l]!.spatial);
    compared.push({ semantic, spatial });
  }
  return compared;
}

/** Image i is seen in rows i and i + n; each pair of rows counts once. */
function collect({ rows, cols, data }: Matrix64, { same, other }: Similarities): void {
  const n = rows / 2;
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) (i - j === n ? same : other).push(data[i * cols + j]!);
}
