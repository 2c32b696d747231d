import type { FeatureMaps } from './feature-maps.ts';
import { type MatchedTile, type MatchTileOptions, matchTile } from './match-tile.ts';
import { tileMaps } from './similarity-matrices.ts';
import type { PairTile } from './tiles.ts';

/** One tile of work for a worker thread; without `y` it is a tile of `x` with itself. */
export interface MatchTask {
  x: FeatureMaps;
  y?: FeatureMaps;
  tile: PairTile;
  options: Omit<MatchTileOptions, 'rowProducts'>;
}

/** Does one tile; the default export, as pools expect it. */
export default function matchTask({ x, y = x, tile, options }: MatchTask): Promise<MatchedTile> {
  return matchTile(...tileMaps(x, y, tile), options);
}
