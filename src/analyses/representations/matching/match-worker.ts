import { loadRuntime } from '../../../activations/runtime/node-runtime.ts';
import { openRowProducts, type RuntimeRowProducts } from '../../../activations/runtime/row-products.ts';
import { type MatchedTile, matchTile } from '../../../measures/representations/matching/match-tile.ts';
import { tileMaps } from '../../../measures/representations/similarity-matrices.ts';
import type { MatchTask } from './match-in-tiles.ts';

let products: Promise<RuntimeRowProducts> | undefined;

/** Does one tile. A thread opens its runtime once. */
export default async function matchTask({ x, y = x, tile, productsBy, options }: MatchTask): Promise<MatchedTile> {
  if (productsBy === 'kernel') return matchTile(...tileMaps(x, y, tile), options);
  products ??= loadRuntime(productsBy).then((runtime) => openRowProducts(runtime));
  const { multiply } = await products;
  return matchTile(...tileMaps(x, y, tile), { ...options, rowProducts: multiply });
}
