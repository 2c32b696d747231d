import { type ThreadPoolOptions, threadPool, workerModule } from '../../../engine/thread-pool.ts';
import type { FeatureMaps } from '../../../measures/representations/feature-maps.ts';
import type { MatchedTile } from '../../../measures/representations/matching/match-tile.ts';
import type { SimilarityMatrices } from '../../../measures/representations/similarity-matrices.ts';
import { type MatchInTilesOptions, type MatchPool, type MatchTask, matchInTiles } from './match-in-tiles.ts';

export interface MatchOnThreadsOptions extends MatchInTilesOptions, ThreadPoolOptions {}

/** Worker threads that match tiles (Node); close the pool when done. */
export function matchThreads(options: ThreadPoolOptions = {}): Promise<MatchPool> {
  return threadPool<MatchTask, MatchedTile>(workerModule('./match-worker', import.meta.url), options);
}

/**
 * `similarityMatrices` on worker threads (Node): equal to the last bit, whatever the number of threads and whichever tiles
 * were stored. Features are moved to shared memory, once.
 */
export async function matchOnThreads(
  x: FeatureMaps,
  y: FeatureMaps | undefined,
  { threads, ...options }: MatchOnThreadsOptions = {},
): Promise<SimilarityMatrices> {
  const pool = await matchThreads(threads === undefined ? {} : { threads });
  try {
    return await matchInTiles(pool, x, y, options);
  } finally {
    await pool.close();
  }
}
