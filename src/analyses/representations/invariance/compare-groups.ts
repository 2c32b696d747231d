import { isFeaturesFile, openFeaturesFile } from '../../../activations/features-file/features-file.ts';
import type { SkippedImage } from '../../../activations/model/extract-features.ts';
import { IncomparableError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import { centre } from '../../../measures/representations/comparison/centring.ts';
import { type FeatureMaps, featureMaps } from '../../../measures/representations/feature-maps.ts';
import { kernelMatrix } from '../../../measures/representations/similarity-kernels.ts';
import { separation } from '../../../statistics/separation.ts';
import type { InvarianceResult } from '../../../study/representations-section.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { PlannedLayer } from '../features/choose-layers.ts';
import type { FeatureProvider } from '../features/feature-provider.ts';
import { fileFeatures } from '../features/file-features.ts';
import { modelFeatures } from '../features/model-features.ts';
import { type MatchPool, matchInTiles } from '../matching/match-in-tiles.ts';
import { matchSettings } from '../matching/match-settings.ts';
import type { PlainOptions } from '../option-table.ts';
import type { ImageInput, RepresentationModelInput, RepresentationsPlatform } from '../options.ts';
import { wholePicture } from '../study/thumbnails.ts';
import { type FirstBatch, histogramsOf, type Similarities } from './first-batch.ts';
import { type ImageGroup, rowsOfBatch } from './image-groups.ts';

type LayerSeparation = InvarianceResult['models'][number]['layers'][number];

/** What was found of one input, and the input itself, closed. */
export interface ComparedGroups {
  provider: FeatureProvider;
  layers: LayerSeparation[];
  skipped: SkippedImage[];
  first: FirstBatch;
}

/**
 * How far the similarity of images of one group lies above that of images of different groups, batch by batch, in each
 * layer of a model or of a file of features.
 *
 * @param images All images, which the groups' indices are of.
 * @throws as `analyseInvariance`; IncomparableError where no two images of a group could be read.
 */
export async function compareGroups(
  input: RepresentationModelInput,
  name: string,
  images: readonly ImageInput[],
  batches: readonly (readonly ImageGroup[])[],
  plain: PlainOptions,
  pool: MatchPool,
  platform: RepresentationsPlatform,
  task: LongTask,
): Promise<ComparedGroups> {
  const rows = batches.map(rowsOfBatch);
  const order = rows.flat().map(({ index }) => index);
  const isFile = await isFeaturesFile(input.source);
  // A model is shown the images in the order of the batches; a file has its rows where they are.
  const provider = isFile
    ? await fileFeatures(input, name, await openFeaturesFile(input.source))
    : await modelFeatures(
        input,
        name,
        order.map((index) => images[index]!),
        plain.depth,
        platform,
      );
  const values = provider.layers.map(() => ({ semantic: newCollected(), spatial: newCollected() }));
  const skipped: SkippedImage[] = [];
  const first: FirstBatch = { views: [], layers: [] };
  try {
    let start = 0;
    for (const batch of rows) {
      task.signal?.throwIfAborted();
      const places = isFile ? batch.map(({ index }) => index) : batch.map((_, row) => start + row);
      const pictures = new Map<number, RgbImage>();
      const isShown = first.layers.length === 0;
      const read = await readRows(provider, places, {
        ...task,
        ...(isShown && {
          onPicture: async (index: number, picture: RgbImage) => void pictures.set(index, picture),
        }),
      });
      skipped.push(...read.skipped);
      const groups = read.rows.map((row) => batch[row]!.group);
      start += batch.length;
      task.onProgress?.({ task: 'comparing views', done: start, total: order.length, unit: 'images' });
      if (groups.length < 2) continue;
      if (isShown)
        for (const row of read.rows) {
          const { index, group } = batch[row]!;
          const image = images[index]!;
          const seen = pictures.get(places[row]!) ?? (isFile ? await wholePicture(image, platform) : undefined);
          first.views.push({ name: image.name, of: group, picture: seen ?? null });
        }
      for (const [l, layer] of provider.layers.entries()) {
        const maps = mapsOf(layer, read.layers[l]!, groups.length);
        const { sigma } = plain;
        const found = await matchInTiles(pool, withExtent(centre(maps, plain.centring), layer), undefined, {
          ...matchSettings(plain, maps.positions),
          tileSize: 4,
          ...(task.signal && { signal: task.signal }),
        });
        const kernelOf = (side: 'semantic' | 'spatial') =>
          kernelMatrix(found[side]!, plain.kernels[0]!, { sigma }).matrix;
        const matrices = { semantic: kernelOf('semantic'), spatial: kernelOf('spatial') };
        if (isShown) first.layers.push(matrices);
        for (const side of ['semantic', 'spatial'] as const) {
          const { data } = matrices[side];
          for (let i = 0; i < groups.length; i++)
            for (let j = 0; j < i; j++)
              values[l]![side][groups[i] === groups[j] ? 'same' : 'other'].push(data[i * groups.length + j]!);
        }
      }
    }
  } finally {
    await provider.close();
  }
  if (values.some(({ semantic: { same, other } }) => same.length === 0 || other.length === 0))
    throw new IncomparableError('No two images of one group and two of different groups could be read in any batch.');
  return {
    provider,
    skipped,
    first,
    layers: provider.layers.map((layer, l) => ({
      layer: layer.name,
      positions: layer.positions - layer.droppedTokens,
      channels: layer.channels,
      semantic: separation(values[l]!.semantic.same, values[l]!.semantic.other),
      spatial: separation(values[l]!.spatial.same, values[l]!.spatial.other),
      histograms: { semantic: histogramsOf(values[l]!.semantic), spatial: histogramsOf(values[l]!.spatial) },
    })),
  };
}

function newCollected(): Similarities {
  return { same: [], other: [] };
}

/** Features of some images in the order given, runs of neighbours at once; `rows` are those that could be read. */
async function readRows(
  provider: FeatureProvider,
  places: readonly number[],
  { signal, onPicture }: LongTask & Pick<Parameters<FeatureProvider['block']>[2], 'onPicture'>,
): Promise<{ rows: number[]; layers: Float32Array[][]; skipped: SkippedImage[] }> {
  const rows: number[] = [];
  const layers: Float32Array[][] = provider.layers.map(() => []);
  const skipped: SkippedImage[] = [];
  for (let at = 0; at < places.length; ) {
    let end = at + 1;
    while (end < places.length && places[end] === places[end - 1]! + 1) end++;
    const block = await provider.block(places[at]!, places[end - 1]! + 1, {
      ...(signal && { signal }),
      ...(onPicture && { onPicture }),
    });
    for (const index of block.indices) rows.push(at + index - places[at]!);
    skipped.push(...block.skipped);
    for (const [l, data] of block.layers.entries()) layers[l]!.push(data);
    at = end;
  }
  return { rows, layers, skipped };
}

function mapsOf(
  { name: layer, positions, channels, droppedTokens }: PlannedLayer,
  parts: readonly Float32Array[],
  images: number,
): FeatureMaps {
  const data = new Float32Array(images * positions * channels);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  const given = { layout: 'ntd' as const, layer, ...(droppedTokens > 0 && { dropTokens: droppedTokens }) };
  return featureMaps({ shape: [images, positions, channels], data }, given);
}

function withExtent(maps: FeatureMaps, { extent }: PlannedLayer): FeatureMaps {
  return extent ? { ...maps, extent } : maps;
}
