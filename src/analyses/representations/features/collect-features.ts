import type { SkippedImage } from '../../../activations/model/extract-features.ts';
import { FormatError, IncomparableError } from '../../../base/errors.ts';
import type { LongTask } from '../../../base/progress.ts';
import type { Centring, FeatureMean } from '../../../measures/representations/comparison/centring.ts';
import { collectMean, subtractInPlace } from '../../../measures/representations/comparison/centring.ts';
import { pooledVectors } from '../../../measures/representations/comparison/retrieval.ts';
import { type FeatureMaps, featureMaps, sliceImages } from '../../../measures/representations/feature-maps.ts';
import type { Matrix, Matrix64 } from '../../../tensor/matrix.ts';
import type { RgbImage } from '../../../tensor/rgb-image.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { PlannedLayer } from './choose-layers.ts';
import type { FeatureProvider } from './feature-provider.ts';

/** Images, and bytes of their features, that are taken through a model before they are put away; one image at least. */
const IMAGES_PER_BLOCK = 64;
const BLOCK_BYTES = 64 * 2 ** 20;

interface BlockRecord {
  indices: number[];
  skipped: SkippedImage[];
  classes: number;
}

/** A layer's features of all images that could be read, on the store rather than in memory. */
export interface LayerFeatures {
  layer: PlannedLayer;
  images: number;
  positions: number;
  channels: number;
  /** Bytes of one image. */
  imageBytes: number;
  /**
   * Features of images `start` to `end`, centred unless `raw`; in `into` where it is given, which is then overwritten by
   * the next call that is given it.
   */
  load(
    start: number,
    end: number,
    options?: { raw?: boolean; into?: Float32Array },
  ): Promise<FeatureMaps<Float32Array>>;
  /** Centred means over positions, and the token before the patches where there is one. */
  pooled: { average: Matrix64; first: Matrix64 | null };
}

export interface CollectedFeatures {
  /** Index of each image that could be read, in the list of all images. */
  indices: number[];
  skipped: SkippedImage[];
  logits: Matrix<Float32Array> | null;
  layers: LayerFeatures[];
}

/** Which images, by their index in the list of all, the mean is of that centres the features; default all. */
export type InMean = (index: number) => boolean;

/**
 * Takes all images through a model, block by block; blocks that the work area has are not computed again. No more than a
 * block is in memory.
 */
export async function collectFeatures(
  provider: FeatureProvider,
  images: number,
  work: WorkArea,
  folder: string,
  centring: Centring,
  task: LongTask & { onPicture?: (index: number, image: RgbImage) => Promise<void> },
  inMean: InMean = () => true,
): Promise<CollectedFeatures> {
  const records: BlockRecord[] = [];
  const names = (b: number) => `${folder}/block-${String(b).padStart(5, '0')}`;
  const perBlock = imagesPerBlock(provider.layers);
  for (let start = 0, b = 0; start < images; start += perBlock, b++) {
    task.signal?.throwIfAborted();
    let record = await work.readJson<BlockRecord>(`${names(b)}.json`);
    if (!record) {
      const block = await provider.block(start, Math.min(start + perBlock, images), task);
      for (const [l, data] of block.layers.entries()) await work.writeArray(`${names(b)}-${l}.npy`, data);
      if (block.logits) await work.writeArray(`${names(b)}-logits.npy`, Float32Array.from(block.logits.data));
      record = { indices: block.indices, skipped: block.skipped, classes: block.logits?.shape[1] ?? 0 };
      // Written last: its presence says that the block is whole.
      await work.writeJson(`${names(b)}.json`, record);
    }
    records.push(record);
  }
  const indices = records.flatMap((record) => record.indices);
  const skipped = records.flatMap((record) => record.skipped);
  if (indices.length === 0)
    throw new FormatError(
      `None of ${images} images could be read${skipped[0] ? `; the first: ${skipped[0].reason}` : ''}`,
    );
  const starts = [0];
  for (const record of records) starts.push(starts.at(-1)! + record.indices.length);
  const read = async (b: number, part: string): Promise<Float32Array> => {
    const data = await work.readArray(`${names(b)}-${part}.npy`);
    if (data instanceof Float32Array) return data;
    throw new FormatError(`${names(b)}-${part}.npy: the unfinished work is damaged.`, {
      hint: 'Remove the folder "work" in the study and start again.',
    });
  };
  const layers: LayerFeatures[] = [];
  const taken = indices.map(inMean);
  for (const [l, layer] of provider.layers.entries())
    layers.push(await layerFeatures(layer, { starts, taken }, (b) => read(b, String(l)), centring, task));
  return { indices, skipped, logits: await allLogits(records, indices.length, (b) => read(b, 'logits')), layers };
}

/** The same whatever memory is allowed: work that was begun with another limit goes on. */
function imagesPerBlock(layers: readonly PlannedLayer[]): number {
  const imageBytes = layers.reduce((sum, { positions, channels }) => sum + positions * channels * 4, 0);
  return Math.max(1, Math.min(IMAGES_PER_BLOCK, Math.floor(BLOCK_BYTES / imageBytes)));
}

async function allLogits(
  records: readonly BlockRecord[],
  rows: number,
  read: (b: number) => Promise<Float32Array>,
): Promise<Matrix<Float32Array> | null> {
  const cols = Math.max(...records.map(({ classes }) => classes));
  if (cols === 0) return null;
  const data = new Float32Array(rows * cols);
  let at = 0;
  for (const [b, record] of records.entries()) {
    if (record.indices.length === 0) continue;
    data.set(await read(b), at);
    at += record.indices.length * cols;
  }
  return { rows, cols, data };
}

async function layerFeatures(
  layer: PlannedLayer,
  { starts, taken }: { starts: readonly number[]; taken: readonly boolean[] },
  read: (b: number) => Promise<Float32Array>,
  centring: Centring,
  { signal }: LongTask,
): Promise<LayerFeatures> {
  const { channels, droppedTokens, name } = layer;
  const positions = layer.positions - droppedTokens;
  const images = starts.at(-1)!;
  const size = positions * channels;

  /** One block as it came from the model, without the tokens to leave out. */
  const rawBlock = async (b: number): Promise<{ whole: FeatureMaps; used: FeatureMaps<Float32Array> }> => {
    const count = starts[b + 1]! - starts[b]!;
    const data = await read(b);
    if (data.length !== count * layer.positions * channels)
      throw new IncomparableError(
        `Layer "${name}" has ${data.length} values for ${count} images; ${layer.positions}×${channels} for each were expected.`,
        { hint: 'All images must enter the network at one size.' },
      );
    const shape = [count, layer.positions, channels];
    const whole = featureMaps({ shape, data }, { layout: 'ntd', layer: name });
    const used = droppedTokens > 0 ? featureMaps({ shape, data }, { layout: 'ntd', dropTokens: droppedTokens }) : whole;
    return { whole, used: used as FeatureMaps<Float32Array> };
  };

  const collector = centring === 'none' ? undefined : collectMean(centring, positions, channels);
  const average = new Float64Array(images * channels);
  const first = layer.leadingTokens > 0 ? new Float64Array(images * channels) : null;
  for (let b = 0; b + 1 < starts.length; b++) {
    signal?.throwIfAborted();
    if (starts[b + 1] === starts[b]) continue;
    const { whole, used } = await rawBlock(b);
    // Image by image where not all count: the sums are the same, in the same order.
    if (taken.slice(starts[b]!, starts[b + 1]!).every(Boolean)) collector?.add(used);
    else for (let i = 0; i < used.images; i++) if (taken[starts[b]! + i]) collector?.add(sliceImages(used, i, i + 1));
    average.set(pooledVectors(used).data, starts[b]! * channels);
    first?.set(pooledVectors(whole, 'first').data, starts[b]! * channels);
  }
  const mean: FeatureMean | undefined = collector?.mean();
  const pooled = (data: Float64Array): Matrix64 => {
    const matrix = { rows: images, cols: channels, data };
    return mean ? withoutColumnMeans(matrix, taken) : matrix;
  };

  return {
    layer,
    images,
    positions,
    channels,
    imageBytes: size * 4,
    pooled: { average: pooled(average), first: first && pooled(first) },
    async load(start, end, { raw = false, into } = {}) {
      const data = (into ?? sharedFloats((end - start) * size)).subarray(0, (end - start) * size);
      for (let b = 0; b + 1 < starts.length; b++) {
        const from = Math.max(start, starts[b]!);
        const to = Math.min(end, starts[b + 1]!);
        if (from >= to) continue;
        const { used } = await rawBlock(b);
        data.set(used.data.subarray((from - starts[b]!) * size, (to - starts[b]!) * size), (from - start) * size);
      }
      if (mean && !raw) subtractInPlace(data, mean);
      const maps: FeatureMaps<Float32Array> = {
        images: end - start,
        positions,
        channels,
        data,
        layer: name,
        firstImage: start,
      };
      if (layer.extent) maps.extent = layer.extent;
      return maps;
    },
  };
}

/** Memory for features, taken up anew by layer after layer: what threads share is given back late, or never. */
export interface FeatureBuffers {
  /** Buffer `slot`, of `length` values, in whatever state it was left. */
  take(slot: number, length: number): Float32Array;
}

export function featureBuffers(): FeatureBuffers {
  const kept: Float32Array[] = [];
  return {
    take(slot, length) {
      if ((kept[slot]?.length ?? -1) < length) kept[slot] = sharedFloats(length);
      return kept[slot]!.subarray(0, length);
    },
  };
}

/** Zeros on memory that threads share, where there is such. */
function sharedFloats(length: number): Float32Array {
  return typeof SharedArrayBuffer === 'undefined'
    ? new Float32Array(length)
    : new Float32Array(new SharedArrayBuffer(length * 4));
}

/** Less the mean of the rows that are taken for it. */
function withoutColumnMeans({ rows, cols, data }: Matrix64, taken: readonly boolean[]): Matrix64 {
  const count = taken.filter(Boolean).length;
  const means = new Float64Array(cols);
  for (let i = 0; i < rows; i++) if (taken[i]) for (let c = 0; c < cols; c++) means[c]! += data[i * cols + c]! / count;
  return { rows, cols, data: data.map((value, k) => value - means[k % cols]!) };
}
