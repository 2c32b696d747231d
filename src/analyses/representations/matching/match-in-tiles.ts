import type { LongTask } from '../../../base/progress.ts';
import { runTasks, type TaskPool } from '../../../engine/task-pool.ts';
import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import { matchPairs, type TilePairs } from '../../../measures/representations/matching/match-pairs.ts';
import {
  type MatchedTile,
  type MatchTileOptions,
  matchTile,
  type RowProducts,
} from '../../../measures/representations/matching/match-tile.ts';
import { type PairTile, pairsInTile, planTiles } from '../../../measures/representations/matching/tiles.ts';
import {
  collectTiles,
  type SimilarityMatrices,
  tileMaps,
} from '../../../measures/representations/similarity-matrices.ts';
import { toShared } from '../../../tensor/shared.ts';

/** What multiplies positions: this package's kernel, or an ONNX runtime. */
export type ProductsBy = 'kernel' | 'onnxruntime-node';

/** One tile of work; without `y` it is a tile of `x` with itself. */
export interface MatchTask {
  x: FeatureMaps;
  y?: FeatureMaps;
  tile: PairTile;
  productsBy: ProductsBy;
  options: Omit<MatchTileOptions, 'rowProducts' | 'skip'>;
  /** Only these pairs of the tile, one value each. */
  pairs?: TilePairs;
}

/** Does one tile, or some pairs of it. */
export function doMatchTask(
  { x, y = x, tile, options, pairs }: MatchTask,
  rowProducts?: RowProducts,
): Promise<MatchedTile> {
  const all = rowProducts ? { ...options, rowProducts } : options;
  const [rows, columns] = tileMaps(x, y, tile);
  return pairs ? matchPairs(rows, columns, pairs, all) : matchTile(rows, columns, all);
}

/** Where tiles are matched: this thread or worker threads. */
export type MatchPool = TaskPool<MatchTask, MatchedTile>;

export interface MatchInTilesOptions extends Omit<MatchTileOptions, 'rowProducts' | 'skip'>, LongTask {
  /** Images per side of a tile; default 32. */
  tileSize?: number;
  /**
   * What multiplies positions: this package's kernel (default; the same bits on every machine), or onnxruntime-node, several
   * times faster where a layer has many channels, with sums rounded differently.
   */
  productsBy?: ProductsBy;
  /** A tile kept from an earlier run, or undefined to compute it. */
  storedTile?: (tile: PairTile, index: number) => MatchedTile | undefined;
  /** Called with each computed tile, to keep it. */
  onTile?: (tile: PairTile, matched: MatchedTile, index: number) => void | Promise<void>;
}

/**
 * `similarityMatrices` on a pool: equal to the last bit, whatever the pool and whichever tiles were stored. Features are
 * moved to shared memory, once, where there is such.
 */
export async function matchInTiles(
  pool: MatchPool,
  x: FeatureMaps,
  y: FeatureMaps | undefined,
  options: MatchInTilesOptions = {},
): Promise<SimilarityMatrices> {
  const { tileSize = 32, productsBy = 'kernel', storedTile, onTile, signal, onProgress, ...matching } = options;
  const sharedX = { ...x, data: toShared(x.data) };
  const sharedY = y && y !== x ? { ...y, data: toShared(y.data) } : undefined;
  const symmetric = sharedY === undefined;
  const tiles = planTiles(x.images, (sharedY ?? x).images, symmetric, tileSize);
  const collector = collectTiles(sharedX, sharedY);
  const stored = new Set<number>();
  tiles.forEach((tile, index) => {
    const matched = storedTile?.(tile, index);
    if (!matched) return;
    stored.add(index);
    collector.add(tile, matched);
  });
  const tasks = tiles.map(
    (tile): MatchTask => ({ x: sharedX, ...(sharedY && { y: sharedY }), tile, productsBy, options: matching }),
  );
  await runTasks(
    pool,
    tasks,
    async (matched, index) => {
      collector.add(tiles[index]!, matched);
      await onTile?.(tiles[index]!, matched, index);
    },
    {
      name: 'matching images',
      unit: 'pairs',
      weigh: ({ tile }) => pairsInTile(tile, symmetric),
      isDone: (index) => stored.has(index),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    },
  );
  return collector.matrices();
}
