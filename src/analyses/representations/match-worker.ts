import { loadRuntime } from '../../inference/node-runtime.ts';
import { openRowProducts, type RuntimeRowProducts } from '../../inference/row-products.ts';
import type { FeatureMaps } from '../../representations/feature-maps.ts';
import { type MatchedTile, type MatchTileOptions, matchTile } from '../../representations/match-tile.ts';
import { tileMaps } from '../../representations/similarity-matrices.ts';
import type { PairTile } from '../../representations/tiles.ts';

/** What multiplies positions: this package's kernel, or an ONNX runtime. */
export type ProductsBy = 'kernel' | 'onnxruntime-node';

/** One tile of work for a worker thread; without `y` it is a tile of `x` with itself. */
export interface MatchTask {
  x: FeatureMaps;
  y?: FeatureMaps;
  tile: PairTile;
  productsBy: ProductsBy;
  options: Omit<MatchTileOptions, 'rowProducts'>;
}

let products: Promise<RuntimeRowProducts> | undefined;

/** Does one tile. A thread opens its runtime once. */
export default async function matchTask({ x, y = x, tile, productsBy, options }: MatchTask): Promise<MatchedTile> {
  if (productsBy === 'kernel') return matchTile(...tileMaps(x, y, tile), options);
  products ??= loadRuntime(productsBy).then((runtime) => openRowProducts(runtime));
  const { multiply } = await products;
  return matchTile(...tileMaps(x, y, tile), { ...options, rowProducts: multiply });
}
