import type { LongTask } from '../../../base/progress.ts';
import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import type { MatchedTile } from '../../../measures/representations/matching/match-tile.ts';
import { type PairTile, pairsInTile, planTiles } from '../../../measures/representations/matching/tiles.ts';
import type { SimilarityMatrices } from '../../../measures/representations/similarity-matrices.ts';
import type { Matrix64 } from '../../../tensor/matrix.ts';
import type { WorkArea } from '../../common/work-area.ts';
import type { FeatureBuffers, LayerFeatures } from '../features/collect-features.ts';
import type { PlainOptions } from '../option-table.ts';
import { type MatchPool, matchInTiles } from './match-in-tiles.ts';

/** What the process needs beside features: code, the model and its runtime, the threads and their affinities. */
const RESERVED_BYTES = 576 * 2 ** 20;

/** Images per side of a tile: some seconds of work at most, so that little is lost by an interruption. */
function tileSizeFor(positions: number): number {
  return Math.max(2, Math.min(32, Math.floor(8192 / positions)));
}

/** What all matrices of a layer take: inner products, kernels in double and in single precision, and sorting them. */
function bytesOfMatrices(images: number): number {
  return 12 * 8 * images ** 2;
}

/** The least memory, in bytes, that a layer of so many images can be matched in: with two tiles of features. */
export function memoryOfMatching(layer: { positions: number; channels: number }, images: number): number {
  const tile = Math.min(images, tileSizeFor(layer.positions));
  return RESERVED_BYTES + bytesOfMatrices(images) + 4 * tile * layer.positions * layer.channels * 4;
}

/**
 * The least memory, in bytes, in which some pairs of a layer's images can be matched: means and norms of each image, values
 * of the pairs in every layer, and a few images.
 */
export function memoryOfPairs(
  layer: { positions: number; channels: number },
  images: number,
  pairs: number,
  layers: number,
): number {
  return RESERVED_BYTES + images * (layer.positions + layer.channels) * 8 + pairs * layers * 16 + pairs * 64;
}

/**
 * Images in memory at once, in whole tiles: all of them where the cap allows it, else two groups of this many.
 *
 * @param matrices Bytes that are taken by what is made of the features.
 */
export function imagesInMemory(
  features: LayerFeatures,
  tileSize: number,
  maxMemory: number,
  matrices = bytesOfMatrices(features.images),
): number {
  const budget = Math.max(0, (maxMemory - RESERVED_BYTES - matrices) * 0.5);
  if (features.images * features.imageBytes <= budget) return features.images;
  return Math.max(1, Math.floor(budget / 2 / features.imageBytes / tileSize)) * tileSize;
}

/**
 * Inner products of all pairs of images of a layer, matched and unmatched. Tiles that the work area has are not computed
 * again; each new one is put there. The result does not depend on memory, threads or what was there.
 *
 * @returns also the centred features of all images where they fit into memory; they are in `buffers`, until those are used
 * for another layer.
 */
export async function matchLayer(
  features: LayerFeatures,
  buffers: FeatureBuffers,
  pool: MatchPool,
  work: WorkArea,
  folder: string,
  options: PlainOptions & { maxMemory: number },
  task: LongTask,
): Promise<SimilarityMatrices & { whole: FeatureMaps<Float32Array> | null }> {
  const n = features.images;
  const tileSize = tileSizeFor(features.positions);
  const size = imagesInMemory(features, tileSize, options.maxMemory);
  const groups = Array.from(
    { length: Math.ceil(n / size) },
    (_, g) => [g * size, Math.min((g + 1) * size, n)] as const,
  );
  const semantic: Matrix64 = { rows: n, cols: n, data: new Float64Array(n * n) };
  const spatial: Matrix64 = { rows: n, cols: n, data: new Float64Array(n * n) };
  const squares = new Float64Array(n);
  const total = (n * (n - 1)) / 2;
  const length = (size * features.imageBytes) / 4;
  const loadInto = (slot: number, [start, end]: readonly [number, number]) =>
    features.load(start, end, { into: buffers.take(slot, length) });
  let before = 0;
  let whole: FeatureMaps<Float32Array> | null = null;
  for (const [a, rows] of groups.entries()) {
    const x = await loadInto(0, rows);
    if (groups.length === 1) whole = x;
    for (const columns of groups.slice(0, a + 1)) {
      const symmetric = columns === rows;
      const y = symmetric ? undefined : await loadInto(1, columns);
      const name = (tile: PairTile): string =>
        `${folder}/tile-${rows[0] + tile.rowStart}-${columns[0] + tile.columnStart}.npy`;
      const plan = planTiles(x.images, (y ?? x).images, symmetric, tileSize);
      const stored = await Promise.all(plan.map(async (tile) => decodeTile(tile, await work.readArray(name(tile)))));
      const { method, batchSize, normOrder, topk } = options;
      const found = await matchInTiles(pool, x, y, {
        method,
        batchSize,
        normOrder,
        topk,
        tileSize,
        storedTile: (_, index) => stored[index],
        onTile: (tile, matched) => work.writeArray(name(tile), encodeTile(matched)),
        ...(task.signal && { signal: task.signal }),
        ...(task.onProgress && {
          onProgress: (progress) => task.onProgress!({ ...progress, done: before + progress.done, total }),
        }),
      });
      before += plan.reduce((sum, tile) => sum + pairsInTile(tile, symmetric), 0);
      place(semantic, found.semantic.linear, rows[0], columns[0]);
      place(spatial, found.spatial!.linear, rows[0], columns[0]);
      squares.set(found.semantic.rowSquares, rows[0]);
    }
  }
  const products = (linear: Matrix64) => ({ linear, rowSquares: squares, columnSquares: squares, symmetric: true });
  return { semantic: products(semantic), spatial: products(spatial), whole };
}

function place(into: Matrix64, part: Matrix64, top: number, left: number): void {
  for (let i = 0; i < part.rows; i++)
    for (let j = 0; j < part.cols; j++) {
      const value = part.data[i * part.cols + j]!;
      into.data[(top + i) * into.cols + left + j] = value;
      into.data[(left + j) * into.cols + top + i] = value;
    }
}

function encodeTile({ semantic, spatial }: MatchedTile): Float64Array {
  const data = new Float64Array(semantic.length * 2);
  data.set(semantic);
  data.set(spatial!, semantic.length);
  return data;
}

function decodeTile(tile: PairTile, data: Float32Array | Float64Array | undefined): MatchedTile | undefined {
  const rows = tile.rowEnd - tile.rowStart;
  const columns = tile.columnEnd - tile.columnStart;
  if (!(data instanceof Float64Array) || data.length !== rows * columns * 2) return undefined;
  return { rows, columns, semantic: data.subarray(0, rows * columns), spatial: data.subarray(rows * columns) };
}
