import type { LayerFeatures } from '../features/collect-features.ts';
import type { MethodChoice } from '../option-table.ts';

/** What bounds the memory of an analysis, and what takes some whatever is in it. */
export interface MemoryUse {
  /** Bytes to stay below. */
  cap: number;
  /** Threads that match in this process. */
  threads: number;
  /** Whether a model runs in this process, or features are read from files. */
  runs: boolean;
  /** How places are matched. */
  method: MethodChoice;
}

/** A layer of one image, without the tokens that are left out. */
export interface LayerSize {
  positions: number;
  channels: number;
}

/** Node and the code (measured: 95 MiB, and what garbage the collector leaves). */
const PROCESS_BYTES = 110 * 2 ** 20;
/** A process with a model and its runtime, of which much stays when the model is closed, and its threads. */
const RUNNING_BYTES = 576 * 2 ** 20;
/** A thread with its code, and the copies of a tile's features that it makes (measured on tiles of 0.1 to 19 MB). */
const THREAD_BYTES = 24 * 2 ** 20;
const COPIES_OF_TILE = 4.5;

/**
 * Images per side of a tile: some seconds of work at most, so that little is lost by an interruption. Prototypes, which are
 * made once an image and tile, are for more pairs.
 */
export function tileSizeFor(positions: number, method: MethodChoice): number {
  return Math.max(2, Math.min(32, Math.floor((method === 'prototypes' ? 32768 : 8192) / positions)));
}

/** What the process and its threads need beside features and matrices. */
function reservedBytes(
  { positions, channels }: LayerSize,
  images: number,
  { threads, runs, method }: MemoryUse,
): number {
  const tile = Math.min(images, tileSizeFor(positions, method)) * positions * channels * 4;
  const needed = PROCESS_BYTES + threads * (THREAD_BYTES + COPIES_OF_TILE * tile);
  return runs ? Math.max(RUNNING_BYTES, needed) : needed;
}

/** What all matrices of a layer take: inner products, kernels in double and in single precision, and sorting them. */
function bytesOfMatrices(images: number): number {
  return 12 * 8 * images ** 2;
}

/** The least memory, in bytes, that a layer of so many images can be matched in: with two tiles of features. */
export function memoryOfMatching(layer: LayerSize, images: number, use: MemoryUse): number {
  const tile = Math.min(images, tileSizeFor(layer.positions, use.method));
  return reservedBytes(layer, images, use) + bytesOfMatrices(images) + 2 * tile * layer.positions * layer.channels * 4;
}

/**
 * The least memory, in bytes, in which some pairs of a layer's images can be matched: means and norms of each image, values
 * of the pairs in every layer, and the larger of what planning the pairs and what searching takes.
 *
 * @param counts.searched Queries that are looked for at a time, each with a bound for every image.
 */
export function memoryOfPairs(
  layer: LayerSize,
  { images, pairs, layers, searched }: { images: number; pairs: number; layers: number; searched: number },
  use: MemoryUse,
): number {
  const values = images * (layer.positions + layer.channels) * 8 + pairs * layers * 16;
  return reservedBytes(layer, images, use) + values + Math.max(pairs * 56, images * searched * 12);
}

/**
 * Images in memory at once, in whole tiles: all of them where the cap allows it, else two groups of this many.
 *
 * @param matrices Bytes that are taken by what is made of the features.
 */
export function imagesInMemory(
  features: Pick<LayerFeatures, 'images' | 'positions' | 'channels' | 'imageBytes'>,
  tileSize: number,
  use: MemoryUse,
  matrices = bytesOfMatrices(features.images),
): number {
  const budget = Math.max(0, (use.cap - reservedBytes(features, features.images, use) - matrices) * 0.5);
  if (features.images * features.imageBytes <= budget) return features.images;
  return Math.max(1, Math.floor(budget / 2 / features.imageBytes / tileSize)) * tileSize;
}
