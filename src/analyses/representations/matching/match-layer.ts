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
import { matchSettings } from './match-settings.ts';
import { imagesInMemory, type MemoryUse, tileSizeFor } from './memory.ts';

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
  options: PlainOptions & { memory: MemoryUse },
  task: LongTask,
): Promise<SimilarityMatrices & { whole: FeatureMaps<Float32Array> | null }> {
  const n = features.images;
  const tileSize = tileSizeFor(features.positions, options.method);
  const size = imagesInMemory(features, tileSize, options.memory);
  const groups = Array.from(
    { length: Math.ceil(n / size) },
    (_, g) => [g * size, Math.min((g + 1) * size, n)] as const,
  );
  const semantic: Matrix64 = { rows: n, cols: n, data: new Float64Array(n * n) };
  const spatial: Matrix64 = { rows: n, cols: n, data: new Float64Array(n * n) };
  const upper: Matrix64 | undefined =
    options.method === 'prototypes' ? { rows: n, cols: n, data: new Float64Array(n * n) } : undefined;
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
      const stored = await Promise.all(
        plan.map(async (tile) => decodeTile(tile, await work.readArray(name(tile)), upper !== undefined)),
      );
      const found = await matchInTiles(pool, x, y, {
        ...matchSettings(options, features.positions),
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
      if (upper) place(upper, found.upper!.linear, rows[0], columns[0]);
      squares.set(found.semantic.rowSquares, rows[0]);
    }
  }
  const products = (linear: Matrix64) => ({ linear, rowSquares: squares, columnSquares: squares, symmetric: true });
  return {
    semantic: products(semantic),
    spatial: products(spatial),
    ...(upper && { upper: products(upper) }),
    whole,
  };
}

function place(into: Matrix64, part: Matrix64, top: number, left: number): void {
  for (let i = 0; i < part.rows; i++)
    for (let j = 0; j < part.cols; j++) {
      const value = part.data[i * part.cols + j]!;
      into.data[(top + i) * into.cols + left + j] = value;
      into.data[(left + j) * into.cols + top + i] = value;
    }
}

function encodeTile({ semantic, spatial, upper }: MatchedTile): Float64Array {
  const data = new Float64Array(semantic.length * (upper ? 3 : 2));
  data.set(semantic);
  data.set(spatial!, semantic.length);
  if (upper) data.set(upper, 2 * semantic.length);
  return data;
}

function decodeTile(
  tile: PairTile,
  data: Float32Array | Float64Array | undefined,
  hasUpper: boolean,
): MatchedTile | undefined {
  const rows = tile.rowEnd - tile.rowStart;
  const columns = tile.columnEnd - tile.columnStart;
  const n = rows * columns;
  if (!(data instanceof Float64Array) || data.length !== n * (hasUpper ? 3 : 2)) return undefined;
  return {
    rows,
    columns,
    semantic: data.subarray(0, n),
    spatial: data.subarray(n, 2 * n),
    ...(hasUpper && { upper: data.subarray(2 * n) }),
  };
}
